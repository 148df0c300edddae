with

prospects as (

    select * from {{ ref('stg_pardot__prospect') }}

),

-- What the shared columns have no place for can be scored under Pardot's own name.
with_attributes as (

    select
        *,
        json_merge_patch(
            coalesce(extra, cast('{}' as json)),
            to_json({
                'employees': employees_text,
                'annual_revenue_text': annual_revenue_text,
                'pardot_score': score,
                'pardot_grade': grade,
                'crm_lead_fid': salesforce_lead_id,
                'crm_contact_fid': salesforce_contact_id,
                'crm_account_fid': salesforce_account_id
            })
        ) as attributes
    from prospects

),

final as (

    select
        source_system,
        source_table,
        prospect_id as source_record_id,
        source_system || ':' || prospect_id as record_id,
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
        -- A deletion does not change the record, and yet comes after all that is known of it.
        case
            when is_deleted then greatest(modified_at, synced_at)
            else coalesce(modified_at, synced_at)
        end as updated_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from with_attributes

)

select * from final
