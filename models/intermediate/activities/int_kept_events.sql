{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['file_key', 'event_key'],
        on_schema_change='append_new_columns',
        full_refresh=false,
        pre_hook="{{ forget_broken_rows_of_pending_files() }}",
    )
}}

-- After what its keys stand for: a run that dies must not keep a key without its text.
-- depends_on: {{ ref('int_activity_kinds') }}
-- depends_on: {{ ref('int_event_identities') }}
-- depends_on: {{ ref('int_event_texts') }}
-- depends_on: {{ ref('int_user_agents') }}

-- Kept for good, narrow and by keys: landing may forget what it delivered. A file that is rewritten
-- replaces the events that it still has; the others stay.
with

final as (

    select
        event_key,
        identity_key,
        kind_key,
        user_agent_key,
        message_key,
        text_key,
        campaign_key,
        occurred_at,
        loaded_at,
        duration_seconds,
        is_deleted,
        is_marked_automated,
        file_key,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_new_events') }}

)

select * from final
