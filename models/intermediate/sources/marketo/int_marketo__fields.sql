-- One name for each field of a person, as the column of the lead is called.
with

deliveries as (

    select
        *,
        row_number() over (
            partition by field_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_marketo__lead_describe') }}
    where quarantine_reason is null

),

final as (

    select
        field_id,
        attribute
    from deliveries
    where delivery_rank = 1

)

select * from final
