{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__lead_attributes') }}

)

select * from final
