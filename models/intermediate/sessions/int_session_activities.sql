-- Sessions as activities, beside those that landed: rules count both alike.
with

sessions as (

    select * from {{ ref('int_sessions') }}

),

own_session_days as (

    select * from {{ ref('int_own_session_days') }}

),

final as (

    select
        sessions.session_key,
        sessions.identity_key,
        {{ hash_key(["'session'", 'sessions.entry_page', 'sessions.is_automated']) }}
            as signature_key,
        'session' as activity_type,
        sessions.entry_page as asset,
        sessions.is_automated,
        sessions.started_at as occurred_at,
        sessions.duration_seconds
    from sessions
    left join own_session_days on sessions.source_system = own_session_days.source_system
    where
        own_session_days.first_session_date is null
        or sessions.session_date < own_session_days.first_session_date

)

select * from final
