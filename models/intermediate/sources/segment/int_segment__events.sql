with

vocabulary as (

    select
        lower({{ clean_text('platform_event') }}) as platform_event,
        lower({{ clean_text('activity_type') }}) as activity_type
    from {{ ref('event_vocabulary') }}
    where source_system = 'segment'

),

calls as (

    select
        source_system,
        source_table,
        call_id,
        user_id,
        normalized_email,
        anonymous_id,
        platform_event,
        coalesce(about, page_path) as asset,
        mail_id,
        campaign,
        event_text,
        user_agent,
        occurred_at,
        loaded_at,
        event_key,
        identity_key,
        file_path,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from {{ ref('stg_segment__tracks') }}
    union all
    select
        source_system,
        source_table,
        call_id,
        user_id,
        normalized_email,
        anonymous_id,
        platform_event,
        page_path as asset,
        cast(null as varchar) as mail_id,
        campaign,
        cast(null as varchar) as event_text,
        user_agent,
        occurred_at,
        loaded_at,
        event_key,
        identity_key,
        file_path,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from {{ ref('stg_segment__pages') }}

),

final as (

    select
        -- ids
        calls.source_system,
        calls.source_table,
        calls.source_table || ':' || calls.call_id as event_id,
        'segment:' || calls.user_id as record_id,
        calls.normalized_email,
        calls.anonymous_id,

        -- what
        coalesce(vocabulary.activity_type, calls.platform_event) as activity_type,
        calls.asset,
        'segment:'
        || calls.mail_id
        || ':'
        || coalesce(calls.user_id, calls.normalized_email, calls.anonymous_id) as message_id,
        calls.campaign,
        calls.event_text,
        cast(null as double) as duration_seconds,
        false as is_personalized,
        false as is_marked_automated,
        false as is_deleted,
        calls.user_agent,

        -- when
        calls.occurred_at,
        calls.loaded_at,

        -- keys
        calls.event_key,
        calls.identity_key,
        {{ hash_key(["'segment'", 'calls.platform_event', 'calls.asset']) }} as content_key,

        -- where from
        calls.file_path,
        calls.file_name,
        calls.file_row,
        calls.landed_row,
        calls.quarantine_reason
    from calls
    left join vocabulary on calls.platform_event = vocabulary.platform_event

)

select * from final
