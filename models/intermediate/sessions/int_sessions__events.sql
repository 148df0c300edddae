{{ config(materialized='view') }}

with

sessions as (

    select * from {{ ref('int_sessions') }}

),

own_session_days as (

    select * from {{ ref('int_own_session_days') }}

),

final as (

    select
        -- ids
        sessions.source_system,
        'sessions' as source_table,
        'session:' || sessions.session_key as event_id,
        sessions.record_id,
        sessions.normalized_email,
        sessions.anonymous_id,

        -- what
        'session' as activity_type,
        sessions.entry_page as asset,
        cast(null as varchar) as message_id,
        sessions.campaign,
        cast(null as varchar) as event_text,
        sessions.duration_seconds,
        false as is_personalized,
        sessions.is_automated as is_marked_automated,
        false as is_deleted,
        cast(null as varchar) as user_agent,

        -- when
        sessions.started_at as occurred_at,
        cast(null as timestamp) as loaded_at,

        -- keys
        {{ hash_key(['sessions.source_system', "'session:' || sessions.session_key"]) }}
            as event_key,
        sessions.identity_key,
        {{ hash_key(["'session'", 'sessions.entry_page']) }} as content_key,

        -- where from: no file, since they are computed
        cast(null as varchar) as file_name,
        cast(null as bigint) as file_row,
        cast(null as varchar) as landed_row,
        cast(null as varchar) as quarantine_reason
    from sessions
    left join own_session_days on sessions.source_system = own_session_days.source_system
    where
        own_session_days.first_session_date is null
        or sessions.session_date < own_session_days.first_session_date

)

select * from final
