{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__identities') }}

)

select * from final
