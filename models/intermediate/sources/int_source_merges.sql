{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('int_hubspot__merges') }}

)

select * from final
