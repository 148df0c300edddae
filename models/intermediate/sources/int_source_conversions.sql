{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__conversions') }}
    union all by name
    select * from {{ ref('int_hubspot__conversions') }}
    union all by name
    select * from {{ ref('int_pardot__conversions') }}
    union all by name
    select * from {{ ref('int_salesforce__conversions') }}
    union all by name
    select * from {{ ref('int_marketo__conversions') }}
    union all by name
    select * from {{ ref('int_activecampaign__conversions') }}

)

select * from final
