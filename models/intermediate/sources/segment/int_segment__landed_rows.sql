with

-- A table without rows has no count: of these tables most accounts use only some.
final as (

    select
        source_system,
        source_table,
        count(*) as rows
    from {{ ref('stg_segment__tracks') }}
    group by source_system, source_table
    union all
    select
        source_system,
        source_table,
        count(*) as rows
    from {{ ref('stg_segment__pages') }}
    group by source_system, source_table
    union all
    select
        source_system,
        source_table,
        count(*) as rows
    from {{ ref('stg_segment__identifies') }}
    group by source_system, source_table
    union all
    select
        source_system,
        source_table,
        count(*) as rows
    from {{ ref('stg_segment__users') }}
    group by source_system, source_table
    union all
    select
        source_system,
        source_table,
        count(*) as rows
    from {{ ref('stg_segment__groups') }}
    group by source_system, source_table
    union all
    select
        source_system,
        source_table,
        count(*) as rows
    from {{ ref('stg_segment__accounts') }}
    group by source_system, source_table

)

select * from final
