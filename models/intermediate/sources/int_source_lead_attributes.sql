{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__lead_attributes') }}
    union all by name
    select * from {{ ref('int_hubspot__lead_attributes') }}
    union all by name
    select * from {{ ref('int_salesforce__lead_attributes') }}
    union all by name
    select * from {{ ref('int_marketo__lead_attributes') }}
    union all by name
    select * from {{ ref('int_activecampaign__lead_attributes') }}

)

select * from final
