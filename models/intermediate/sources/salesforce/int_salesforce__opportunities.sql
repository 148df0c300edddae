-- The last delivery of each opportunity that is not deleted.
with

deliveries as (

    select * from {{ ref('stg_salesforce__opportunity') }}
    where quarantine_reason is null

),

ranked as (

    select
        *,
        row_number() over (
            partition by opportunity_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from deliveries

),

final as (

    select
        source_system,
        source_table,
        opportunity_id,
        opportunity_type,
        stage_name,
        amount,
        is_closed,
        is_won,
        lost_reason,
        created_at,
        closed_at,
        file_name,
        file_row,
        landed_row
    from ranked
    where
        delivery_rank = 1
        and not is_deleted

)

select * from final
