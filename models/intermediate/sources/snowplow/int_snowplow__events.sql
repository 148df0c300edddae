with

vocabulary as (

    select
        lower({{ clean_text('platform_event') }}) as platform_event,
        lower({{ clean_text('activity_type') }}) as activity_type
    from {{ ref('event_vocabulary') }}
    where source_system = 'snowplow'

),

-- A click is about the page that the link leads to, everything else about the page it happened on.
events as (

    select
        *,
        coalesce(form_email, user_email) as normalized_email,
        coalesce({{ url_path('link_url') }}, structured_label, page_path, lower(form_id)) as asset
    from {{ ref('stg_snowplow__events') }}

),

final as (

    select
        -- ids
        events.source_system,
        events.source_table,
        'events:' || events.tracker_event_id as event_id,
        'snowplow:' || events.user_id as record_id,
        events.normalized_email,
        events.anonymous_id,

        -- what
        coalesce(vocabulary.activity_type, events.platform_event) as activity_type,
        events.asset,
        cast(null as varchar) as message_id,
        events.campaign,
        events.form_text as event_text,
        cast(null as double) as duration_seconds,
        false as is_personalized,
        false as is_marked_automated,
        false as is_deleted,
        events.user_agent,

        -- when
        events.occurred_at,
        events.loaded_at,

        -- keys
        events.event_key,
        {{
            hash_key(
                ["'snowplow'", 'events.user_id', 'events.normalized_email', 'events.anonymous_id']
            )
        }} as identity_key,
        {{ hash_key(["'snowplow'", 'events.platform_event', 'events.asset']) }} as content_key,

        -- where from
        events.file_path,
        events.file_name,
        events.file_row,
        events.landed_row,
        events.quarantine_reason
    from events
    left join vocabulary on events.platform_event = vocabulary.platform_event

)

select * from final
