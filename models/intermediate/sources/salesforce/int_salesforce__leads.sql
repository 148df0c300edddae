-- Leads and contacts alike are records of people; a converted lead is one with its contact.
with

people as (

    select
        *,
        to_json({
            'status': status,
            'is_converted': is_converted,
            'marketo_lead_id': marketo_lead_id,
            'pardot_prospect_id': pardot_prospect_id,
            'hubspot_contact_id': hubspot_contact_id,
            'user_id': user_id,
            'custom_lead_id': custom_lead_id
        }) as further
    from {{ ref('stg_salesforce__lead') }}
    union all by name
    select
        *,
        to_json({
            'department': department_text,
            'marketo_lead_id': marketo_lead_id,
            'pardot_prospect_id': pardot_prospect_id,
            'hubspot_contact_id': hubspot_contact_id,
            'user_id': user_id,
            'custom_lead_id': custom_lead_id
        }) as further
    from {{ ref('stg_salesforce__contact') }}

),

-- What the shared columns have no place for can be scored under Salesforce's own name.
with_attributes as (

    select
        *,
        json_merge_patch(coalesce(extra, cast('{}' as json)), further) as attributes
    from people

),

final as (

    select
        source_system,
        source_table,
        person_id as source_record_id,
        source_system || ':' || person_id as record_id,
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
        versioned_at as valid_from,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from with_attributes

)

select * from final
