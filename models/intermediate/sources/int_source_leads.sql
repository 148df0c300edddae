{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__leads') }}
    union all by name
    select * from {{ ref('int_hubspot__leads') }}

)

select * from final
