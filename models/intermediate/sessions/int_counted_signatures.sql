{{ config(materialized='view') }}

with

signatures as (

    select * from {{ ref('int_activity_signatures') }}

),

sessions as (

    select * from {{ ref('int_session_activities') }}

),

final as (

    select
        signature_key,
        activity_type,
        asset,
        is_personalized,
        is_automated
    from signatures
    union all
    select distinct
        signature_key,
        activity_type,
        asset,
        false as is_personalized,
        is_automated
    from sessions

)

select * from final
