{{ config(materialized='view') }}

-- A source that lands sessions of its own is not given computed ones on top.
with

session_sources as (

    select * from {{ ref('session_sources') }}

),

identities as (

    select identities.*
    from {{ ref('int_event_identities') }} as identities
    inner join session_sources on identities.source_system = session_sources.source_system

),

-- Asked for their identities first: most warehouses have no such source, and nothing is read then.
activities as (

    select * from {{ ref('int_activities') }}
    where
        not is_voided
        and identity_key in (select identities.identity_key from identities)

),

signatures as (

    select * from {{ ref('int_activity_signatures') }}
    where activity_type = 'session'

),

final as (

    select
        identities.source_system,
        cast(min(activities.occurred_at) as date) as first_session_date
    from activities
    inner join identities on activities.identity_key = identities.identity_key
    inner join signatures on activities.signature_key = signatures.signature_key
    group by identities.source_system

)

select * from final
