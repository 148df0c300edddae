-- The last delivery of each deal that is not deleted.
with

deliveries as (

    select * from {{ ref('stg_hubspot__deal') }}
    where quarantine_reason is null

),

ranked as (

    select
        *,
        row_number() over (
            partition by deal_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from deliveries

),

final as (

    select
        source_system,
        source_table,
        deal_id,
        pipeline_id,
        stage_id,
        amount,
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
