{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__accounts') }}
    union all by name
    select * from {{ ref('int_hubspot__accounts') }}
    union all by name
    select * from {{ ref('int_segment__accounts') }}
    union all by name
    select * from {{ ref('int_salesforce__accounts') }}
    union all by name
    select * from {{ ref('int_marketo__accounts') }}
    union all by name
    select * from {{ ref('int_activecampaign__accounts') }}

)

select * from final
