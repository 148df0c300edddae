{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('int_hubspot__lead_accounts') }}

)

select * from final
