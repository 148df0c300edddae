with

source as (

    select * from {{ source('raw_custom', 'events') }}

),

cleaned as (

    select
        -- ids
        'custom' as source_system,
        'events' as source_table,
        {{ blank_to_null('event_id') }} as event_id,
        {{ blank_to_null('lead_id') }} as record_id,
        {{ normalized_email('email') }} as normalized_email,
        {{ blank_to_null('anonymous_id') }} as anonymous_id,

        -- what
        lower({{ clean_text('event_type') }}) as activity_type,
        lower({{ clean_text('asset') }}) as asset,
        case when isfinite(duration_seconds) then duration_seconds end as duration_seconds,
        coalesce(is_personalized, false) as is_personalized,
        coalesce(is_automated, false) as is_marked_automated,
        coalesce(is_deleted, false) as is_deleted,
        user_agent,
        cast(null as varchar) as message_id,
        cast(null as varchar) as campaign,
        {{ clean_text('text') }} as event_text,

        -- when
        occurred_at,
        loaded_at,

        -- keys of what was landed, so that a text is cleaned once however often it occurs
        {{ hash_key(["'custom'", 'event_id']) }} as event_key,
        {{ hash_key(["'custom'", 'lead_id', 'email', 'anonymous_id']) }} as identity_key,
        {{ hash_key(['event_type', 'asset']) }} as content_key,

        -- where from
        _path as file_path,
        _file as file_name,
        _row as file_row,
        source as landed
    from source

),

judged as (

    select
        *,
        case
            when event_id is null then 'event_id is missing'
            when activity_type is null then 'event_type is missing'
            when occurred_at is null then 'occurred_at is missing'
            when coalesce(record_id, anonymous_id, normalized_email) is null
                then 'lead_id, email and anonymous_id are all missing'
            when duration_seconds < 0 then 'duration_seconds is negative'
            when occurred_at > loaded_at + interval '1 day'
                then 'occurred_at is more than a day after loaded_at'
        end as quarantine_reason
    from cleaned

),

final as (

    select
        * exclude (landed),
        case when quarantine_reason is not null then {{ row_as_json('landed') }} end as landed_row
    from judged

)

select * from final
