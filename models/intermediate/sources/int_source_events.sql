{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__events') }}
    union all by name
    select * from {{ ref('int_hubspot__events') }}
    union all by name
    select * from {{ ref('int_segment__events') }}
    union all by name
    select * from {{ ref('int_snowplow__events') }}
    union all by name
    select * from {{ ref('int_pardot__events') }}
    union all by name
    select * from {{ ref('int_salesforce__events') }}
    union all by name
    select * from {{ ref('int_marketo__events') }}
    union all by name
    select * from {{ ref('int_activecampaign__events') }}

)

select * from final
