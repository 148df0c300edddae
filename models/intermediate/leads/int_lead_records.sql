{{ config(materialized='view') }}

with

final as (

    select * exclude (intake_status)
    from {{ ref('int_lead_deliveries') }}
    where intake_status = 'used'

)

select * from final
