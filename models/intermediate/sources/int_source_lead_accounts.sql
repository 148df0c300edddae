{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('int_hubspot__lead_accounts') }}
    union all by name
    select * from {{ ref('int_segment__lead_accounts') }}
    union all by name
    select * from {{ ref('int_pardot__lead_accounts') }}
    union all by name
    select * from {{ ref('int_salesforce__lead_accounts') }}
    union all by name
    select * from {{ ref('int_marketo__lead_accounts') }}
    union all by name
    select * from {{ ref('int_activecampaign__lead_accounts') }}

)

select * from final
