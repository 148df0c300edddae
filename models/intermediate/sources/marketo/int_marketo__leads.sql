with

people as (

    select * from {{ ref('int_marketo__people') }}

),

-- What the shared columns have no place for can be scored under Marketo's own name.
with_attributes as (

    select
        *,
        json_merge_patch(
            coalesce(extra, cast('{}' as json)),
            to_json({
                'number_of_employees': employees_text,
                'annual_revenue_text': annual_revenue_text,
                'sfdc_lead_id': salesforce_lead_id,
                'sfdc_contact_id': salesforce_contact_id,
                'sfdc_account_id': salesforce_account_id,
                'external_company_id': external_company_id,
                'hubspot_contact_id': hubspot_contact_id,
                'user_id': user_id,
                'custom_lead_id': custom_lead_id
            })
        ) as attributes
    from people

),

final as (

    select
        source_system,
        source_table,
        marketo_lead_id as source_record_id,
        record_id,
        email,
        normalized_email,
        first_name,
        last_name,
        job_title,
        company_name,
        company_domain,
        industry,
        employee_count,
        annual_revenue,
        country,
        cast(null as varchar) as region,
        lead_source,
        cast(null as varchar) as lifecycle_stage,
        is_email_opt_out,
        is_deleted,
        nullif(attributes, cast('{}' as json)) as extra,
        created_at,
        updated_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from with_attributes

)

select * from final
