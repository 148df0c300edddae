{{ config(materialized='view') }}

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
        and not is_future
        and identity_key in (select identities.identity_key from identities)

),

signatures as (

    select * from {{ ref('int_activity_signatures') }}
    where activity_type in ('page_view', 'page_ping')

),

witnesses as (

    select * from {{ ref('int_witnesses') }}

),

final as (

    select
        -- ids
        identities.source_system,
        identities.anonymous_id,
        identities.record_id,
        identities.normalized_email,
        {{
            hash_key([
                'identities.source_system',
                'identities.anonymous_id',
                'case when identities.anonymous_id is null then identities.record_id end',
                'case when coalesce(identities.anonymous_id, identities.record_id) is null '
                ~ 'then identities.normalized_email end',
            ])
        }} as visitor_key,
        activities.event_key,
        activities.identity_key,
        activities.signature_key,

        -- what
        signatures.asset,
        activities.campaign_key,
        activities.duration_seconds,
        signatures.activity_type = 'page_ping' as is_ping,
        signatures.is_automated,

        -- when
        activities.occurred_at
    from activities
    inner join identities on activities.identity_key = identities.identity_key
    inner join signatures on activities.signature_key = signatures.signature_key
    where activities.event_key not in (select witnesses.event_key from witnesses)

)

select * from final
