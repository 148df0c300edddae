{{ config(materialized='view') }}

with

final as (

    select
        cast(null as varchar) as source_system,
        cast(null as varchar) as source_table,
        cast(null as varchar) as record_id,
        cast(null as varchar) as identifier_type,
        cast(null as varchar) as identifier_value
    where false

)

select * from final
