{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__events') }}
    union all by name
    select * from {{ ref('int_hubspot__events') }}

)

select * from final
