{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('int_hubspot__identifiers') }}

)

select * from final
