-- What became of the rows that are in no shape. Every row that is read is used: none is left out.
with

details as (

    select * from {{ ref('int_marketo__details') }}
    where quarantine_reason is null

),

ranked as (

    select
        *,
        row_number() over (
            partition by source_table, detail_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from details

),

final as (

    select
        source_system,
        source_table,
        case
            when delivery_rank > 1 then 'duplicate'
            when is_deleted then 'voided'
            else 'used'
        end as intake_status,
        count(*) as rows
    from ranked
    group by all

)

select * from final
