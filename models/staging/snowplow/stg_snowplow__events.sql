with

source as (

    select * from {{ source('raw_snowplow', 'events') }}

),

named as (

    select
        *,
        unstruct_event_com_snowplowanalytics_snowplow_link_click_1 as link_click,
        unstruct_event_com_snowplowanalytics_snowplow_submit_form_1 as submit_form,
        {{ row_as_json('source') }} as landed_row
    from source

),

cleaned as (

    select
        -- ids
        'snowplow' as source_system,
        'events' as source_table,
        {{ blank_to_null('event_id') }} as tracker_event_id,
        {{ blank_to_null('user_id') }} as user_id,
        {{ blank_to_null('domain_userid') }} as anonymous_id,
        {{ normalized_email('user_id') }} as user_email,

        -- what
        case
            when event = 'struct'
                then lower({{ clean_text("concat_ws('/', se_category, se_action)") }})
            else lower({{ clean_text("coalesce(nullif(event_name, ''), event)") }})
        end as platform_event,
        coalesce(
            lower({{ clean_text('page_urlpath') }}), {{ url_path('page_url') }}
        ) as page_path,
        lower({{ clean_text('se_label') }}) as structured_label,
        {{ clean_text('mkt_campaign') }} as campaign,
        useragent as user_agent,

        -- what a link led to and what a form was told; trackers write keys in one of two ways
        case
            when link_click is not null
                then coalesce(
                    {{ json_text('link_click', 'targetUrl') }},
                    {{ json_text('link_click', 'target_url') }}
                )
        end as link_url,
        case
            when submit_form is not null
                then coalesce(
                    {{ json_text('submit_form', 'formId') }},
                    {{ json_text('submit_form', 'form_id') }}
                )
        end as form_id,
        case
            when submit_form is not null then {{ normalized_email(form_email('submit_form')) }}
        end as form_email,
        case when submit_form is not null then {{ clean_text(form_text('submit_form')) }} end
            as form_text,

        -- when: the first is mended for the clock of the device
        coalesce(derived_tstamp, collector_tstamp) as occurred_at,
        coalesce(load_tstamp, etl_tstamp, collector_tstamp) as loaded_at,

        -- keys of what was landed, so that a text is cleaned once however often it occurs
        {{ hash_key(["'snowplow'", "'events'", 'event_id']) }} as event_key,

        -- where from
        _path as file_path,
        _file as file_name,
        _row as file_row,
        landed_row
    from named

),

final as (

    select
        *,
        case
            when tracker_event_id is null then 'event_id is missing'
            when platform_event is null then 'event is missing'
            when occurred_at is null then 'derived_tstamp and collector_tstamp are both missing'
            when user_id is null and anonymous_id is null
                then 'user_id and domain_userid are both missing'
            when occurred_at > loaded_at + interval '1 day'
                then 'derived_tstamp is more than a day after load_tstamp'
        end as quarantine_reason
    from cleaned

)

select * from final
