{{ config(materialized='view') }}

with

final as (

    select
        lead_key,
        rule_key,
        raw_points,
        cast(null as double) as units,
        cast(null as date) as last_activity_date
    from {{ ref('int_fit_points') }}
    union all
    select
        lead_key,
        rule_key,
        raw_points,
        units,
        last_activity_date
    from {{ ref('int_engagement_points') }}

)

select * from final
