with

source as (

    select * from {{ source('raw_segment', 'pages') }}

),

cleaned as (

    select
        -- ids
        'segment' as source_system,
        'pages' as source_table,
        {{ blank_to_null('id') }} as call_id,
        {{ blank_to_null('user_id') }} as user_id,
        {{ blank_to_null('anonymous_id') }} as anonymous_id,
        {{ normalized_email('context_traits_email') }} as normalized_email,

        -- what
        'page' as platform_event,
        coalesce(
            lower({{ clean_text('coalesce(path, context_page_path)') }}),
            {{ url_path('coalesce(url, context_page_url)') }}
        ) as page_path,
        {{ clean_text('context_campaign_name') }} as campaign,
        context_user_agent as user_agent,

        -- when: Segment mends the clock of the device in the first
        coalesce(timestamp, original_timestamp, received_at) as occurred_at,
        coalesce(received_at, uuid_ts) as loaded_at,

        -- keys of what was landed, so that a text is cleaned once however often it occurs
        {{ hash_key(["'segment'", "'pages'", 'id']) }} as event_key,
        {{ hash_key(["'segment'", 'user_id', 'context_traits_email', 'anonymous_id']) }}
            as identity_key,

        -- where from
        _path as file_path,
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case
            when call_id is null then 'id is missing'
            when occurred_at is null then 'timestamp is missing'
            when coalesce(user_id, anonymous_id, normalized_email) is null
                then 'user_id, anonymous_id and context_traits_email are all missing'
            when occurred_at > loaded_at + interval '1 day'
                then 'timestamp is more than a day after received_at'
        end as quarantine_reason
    from cleaned

)

select * from final
