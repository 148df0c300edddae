{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('int_hubspot__identifiers') }}
    union all by name
    select * from {{ ref('int_segment__identifiers') }}
    union all by name
    select * from {{ ref('int_snowplow__identifiers') }}
    union all by name
    select * from {{ ref('int_pardot__identifiers') }}
    union all by name
    select * from {{ ref('int_salesforce__identifiers') }}
    union all by name
    select * from {{ ref('int_marketo__identifiers') }}

)

select * from final
