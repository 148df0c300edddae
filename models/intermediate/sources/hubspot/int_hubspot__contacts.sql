-- The last delivery of each contact, deleted ones too: a merge may point at one.
with

deliveries as (

    select * from {{ ref('stg_hubspot__contact') }}
    where quarantine_reason is null

),

ranked as (

    select
        *,
        row_number() over (
            partition by contact_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from deliveries

),

final as (

    select
        source_system,
        source_table,
        contact_id,
        source_system || ':' || contact_id as record_id,
        normalized_email,
        lifecycle_stage,
        lead_status,
        is_deleted,
        became_mql_at,
        became_sql_at,
        became_opportunity_at,
        became_customer_at,
        company_id,
        merged_contact_ids,
        salesforce_lead_id,
        salesforce_contact_id,
        marketo_lead_id,
        pardot_prospect_id,
        user_id,
        custom_lead_id,
        extra,
        created_at,
        coalesce(modified_at, synced_at) as updated_at,
        synced_at,
        file_name,
        file_row,
        landed_row
    from ranked
    where delivery_rank = 1

)

select * from final
