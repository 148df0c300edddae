{{ config(materialized='view') }}

with

activities as (

    select * from {{ ref('int_activities') }}
    where
        not is_voided
        and not is_future

),

signatures as (

    select * from {{ ref('int_activity_signatures') }}
    where
        not is_automated
        and activity_type not in (
            select activity_types.activity_type
            from {{ ref('activity_types') }} as activity_types
            where activity_types.category in ('delivery', 'sales')
        )

),

owners as (

    select * from {{ ref('int_identity_owners') }}
    where lead_key is not null

),

witnesses as (

    select * from {{ ref('int_witnesses') }}

),

final as (

    select
        owners.lead_key,
        signatures.activity_type,
        activities.occurred_at
    from activities
    inner join signatures on activities.signature_key = signatures.signature_key
    inner join owners on activities.identity_key = owners.identity_key
    where activities.event_key not in (select witnesses.event_key from witnesses)

)

select * from final
