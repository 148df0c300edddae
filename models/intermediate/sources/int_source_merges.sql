{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('int_hubspot__merges') }}
    union all by name
    select * from {{ ref('int_salesforce__merges') }}
    union all by name
    select * from {{ ref('int_marketo__merges') }}

)

select * from final
