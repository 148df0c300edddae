-- The last delivery of each lead and contact, deleted ones too: a merge may point at one.
with

deliveries as (

    select
        source_system,
        source_table,
        person_id,
        'salesforce_lead_id' as identifier_type,
        converted_account_id as salesforce_account_id,
        converted_contact_id,
        converted_opportunity_id,
        case when is_converted then converted_at end as converted_at,
        master_record_id,
        hubspot_contact_id,
        marketo_lead_id,
        pardot_prospect_id,
        user_id,
        custom_lead_id,
        is_deleted,
        synced_at,
        file_name,
        file_row,
        landed_row
    from {{ ref('stg_salesforce__lead') }}
    where quarantine_reason is null
    union all
    select
        source_system,
        source_table,
        person_id,
        'salesforce_contact_id' as identifier_type,
        salesforce_account_id,
        cast(null as varchar) as converted_contact_id,
        cast(null as varchar) as converted_opportunity_id,
        cast(null as timestamp) as converted_at,
        master_record_id,
        hubspot_contact_id,
        marketo_lead_id,
        pardot_prospect_id,
        user_id,
        custom_lead_id,
        is_deleted,
        synced_at,
        file_name,
        file_row,
        landed_row
    from {{ ref('stg_salesforce__contact') }}
    where quarantine_reason is null

),

ranked as (

    select
        *,
        row_number() over (
            partition by person_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from deliveries

),

final as (

    select
        source_system,
        source_table,
        person_id,
        source_system || ':' || person_id as record_id,
        identifier_type,
        salesforce_account_id,
        converted_contact_id,
        converted_opportunity_id,
        converted_at,
        master_record_id,
        hubspot_contact_id,
        marketo_lead_id,
        pardot_prospect_id,
        user_id,
        custom_lead_id,
        is_deleted,
        file_name,
        file_row,
        landed_row
    from ranked
    where delivery_rank = 1

)

select * from final
