{{ config(materialized='view') }}

with

final as (

    select * from {{ ref('stg_custom__identities') }}
    union all by name
    select * from {{ ref('int_segment__identities') }}
    union all by name
    select * from {{ ref('int_pardot__identities') }}

)

select * from final
