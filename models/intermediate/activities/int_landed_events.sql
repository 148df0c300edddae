{{ config(materialized='view') }}

-- Every source's events in one shape.
with

final as (

    select
        * replace ({{ hash_key(['identity_key', 'source_table']) }} as identity_key),
        {{ hash_key(['content_key', 'is_personalized']) }} as kind_key,
        case when user_agent is not null then {{ hash_key(['user_agent']) }} end as user_agent_key,
        case
            when message_id is not null then {{ hash_key(['source_system', 'message_id']) }}
        end as message_key,
        case
            when event_text is not null then {{ hash_key(['event_key', 'event_text']) }}
        end as text_key,
        case when campaign is not null then {{ hash_key(['campaign']) }} end as campaign_key
    from {{ ref('int_source_events') }}

)

select * from final
