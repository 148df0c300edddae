with

contacts as (

    select * from {{ ref('stg_hubspot__contact') }}

),

-- What the shared columns have no place for can be scored under HubSpot's own name.
with_attributes as (

    select
        *,
        json_merge_patch(
            coalesce(extra, cast('{}' as json)),
            to_json({
                'numemployees': employee_range,
                'annualrevenue': annual_revenue_text,
                'hs_lead_status': lead_status,
                'associatedcompanyid': company_id,
                'hs_merged_object_ids': merged_contact_ids,
                'salesforceleadid': salesforce_lead_id,
                'salesforcecontactid': salesforce_contact_id,
                'marketo_lead_id': marketo_lead_id,
                'pardot_prospect_id': pardot_prospect_id,
                'user_id': user_id,
                'custom_lead_id': custom_lead_id,
                'hs_lifecyclestage_marketingqualifiedlead_date': became_mql_at,
                'hs_lifecyclestage_salesqualifiedlead_date': became_sql_at,
                'hs_lifecyclestage_opportunity_date': became_opportunity_at,
                'hs_lifecyclestage_customer_date': became_customer_at
            })
        ) as attributes
    from contacts

),

final as (

    select
        source_system,
        source_table,
        contact_id as source_record_id,
        source_system || ':' || contact_id as record_id,
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
        lifecycle_stage,
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
