{{ config(materialized='view') }}

with

activities as (

    select * from {{ ref('int_counted_activities') }}

),

signatures as (

    select * from {{ ref('int_counted_signatures') }}
    where
        not is_automated
        and activity_type not in (
            select activity_types.activity_type
            from {{ ref('activity_types') }} as activity_types
            where activity_types.category in ('delivery', 'sales', 'system')
        )

),

final as (

    select
        activities.identity_key,
        signatures.activity_type,
        activities.occurred_at
    from activities
    inner join signatures on activities.signature_key = signatures.signature_key

)

select * from final
