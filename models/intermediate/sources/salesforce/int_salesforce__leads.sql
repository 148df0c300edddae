-- Leads and contacts alike are records of people; a converted lead is one with its contact.
with

last_deliveries as (

    select * from {{ ref('int_salesforce__people') }}

),

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
        with_attributes.source_system,
        with_attributes.source_table,
        with_attributes.person_id as source_record_id,
        with_attributes.source_system || ':' || with_attributes.person_id as record_id,
        with_attributes.email,
        with_attributes.normalized_email,
        with_attributes.first_name,
        with_attributes.last_name,
        with_attributes.job_title,
        with_attributes.company_name,
        with_attributes.company_domain,
        with_attributes.industry,
        with_attributes.employee_count,
        with_attributes.annual_revenue,
        with_attributes.country,
        cast(null as varchar) as region,
        with_attributes.lead_source,
        cast(null as varchar) as lifecycle_stage,
        with_attributes.is_email_opt_out,
        with_attributes.is_deleted,
        nullif(with_attributes.attributes, cast('{}' as json)) as extra,
        with_attributes.created_at,
        -- A deletion does not change the record, and yet comes after all that is known of it.
        case
            when with_attributes.is_deleted
                then greatest(with_attributes.modified_at, with_attributes.synced_at)
            else coalesce(with_attributes.modified_at, with_attributes.synced_at)
        end as updated_at,
        -- A record that was deleted exists on no day, so earlier versions do not count before it.
        case when not last_deliveries.is_deleted then with_attributes.versioned_at end
            as valid_from,
        with_attributes.file_name,
        with_attributes.file_row,
        with_attributes.landed_row,
        with_attributes.quarantine_reason
    from with_attributes
    left join last_deliveries on with_attributes.person_id = last_deliveries.person_id

)

select * from final
