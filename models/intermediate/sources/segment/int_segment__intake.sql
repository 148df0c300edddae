-- What became of the rows of tables that only complete others: they are in several shapes or none,
-- so they are counted here and nowhere else.
with

calls as (

    select
        source_system,
        source_table,
        call_id,
        loaded_at,
        file_name,
        file_row,
        quarantine_reason
    from {{ ref('stg_segment__identifies') }}
    union all
    select
        source_system,
        source_table,
        call_id,
        loaded_at,
        file_name,
        file_row,
        quarantine_reason
    from {{ ref('stg_segment__groups') }}

),

ranked as (

    select
        source_system,
        source_table,
        quarantine_reason,
        row_number() over (
            partition by source_table, call_id, quarantine_reason is not null
            order by loaded_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from calls

),

final as (

    select
        source_system,
        source_table,
        case
            when quarantine_reason is not null then 'quarantined'
            when delivery_rank > 1 then 'duplicate'
            else 'used'
        end as intake_status,
        count(*) as rows
    from ranked
    group by all

)

select * from final
