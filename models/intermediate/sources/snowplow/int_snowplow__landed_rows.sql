with

final as (

    select
        source_system,
        source_table,
        count(*) as rows
    from {{ ref('stg_snowplow__events') }}
    group by source_system, source_table

)

select * from final
