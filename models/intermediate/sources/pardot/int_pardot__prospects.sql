-- The last delivery of each prospect, deleted ones too: their ids still join.
with

deliveries as (

    select * from {{ ref('stg_pardot__prospect') }}
    where quarantine_reason is null

),

ranked as (

    select
        *,
        row_number() over (
            partition by prospect_id
            order by
                coalesce(modified_at, synced_at) desc nulls last,
                synced_at desc nulls last,
                file_name desc,
                file_row desc
        ) as delivery_rank
    from deliveries

),

final as (

    select
        source_system,
        source_table,
        prospect_id,
        source_system || ':' || prospect_id as record_id,
        score,
        grade,
        is_deleted,
        salesforce_lead_id,
        salesforce_contact_id,
        salesforce_account_id,
        coalesce(modified_at, synced_at) as updated_at
    from ranked
    where delivery_rank = 1

)

select * from final
