{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__leads') }}
    union all by name
    select * from {{ ref('int_hubspot__leads') }}
    union all by name
    select * from {{ ref('int_segment__leads') }}
    union all by name
    select * from {{ ref('int_pardot__leads') }}
    union all by name
    select * from {{ ref('int_salesforce__leads') }}
    union all by name
    select * from {{ ref('int_marketo__leads') }}
    union all by name
    select * from {{ ref('int_activecampaign__leads') }}

)

select * from final
