{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('int_hubspot__scores') }}
    union all by name
    select * from {{ ref('int_pardot__scores') }}
    union all by name
    select * from {{ ref('int_marketo__scores') }}
    union all by name
    select * from {{ ref('int_activecampaign__scores') }}

)

select * from final
