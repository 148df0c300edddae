with

vocabulary as (

    select * from {{ ref('event_vocabulary') }}
    where source_system = 'salesforce'

),

combined as (

    select * from {{ ref('int_salesforce__campaign_members') }}
    union all
    select * from {{ ref('int_salesforce__sales_activities') }}

),

-- The most exact row of the vocabulary counts: with the kind of campaign, with the status, without.
named as (

    select
        combined.*,
        coalesce(
            exact.activity_type,
            in_short.activity_type,
            rough.activity_type,
            combined.platform_event_in_short
        ) as activity_type
    from combined
    left join vocabulary as exact on combined.platform_event = exact.platform_event
    left join vocabulary as in_short
        on combined.platform_event_in_short = in_short.platform_event
    left join vocabulary as rough
        on split_part(combined.platform_event, ':', 1) = rough.platform_event

),

final as (

    select
        source_system,
        source_table,
        event_id,
        record_id,
        cast(null as varchar) as normalized_email,
        cast(null as varchar) as anonymous_id,
        activity_type,
        asset,
        cast(null as varchar) as message_id,
        campaign,
        cast(null as varchar) as event_text,
        duration_seconds,
        false as is_personalized,
        false as is_marked_automated,
        is_deleted,
        cast(null as varchar) as user_agent,
        occurred_at,
        loaded_at,
        {{ hash_key(['source_system', 'event_id']) }} as event_key,
        {{ hash_key(['source_system', 'record_id']) }} as identity_key,
        {{ hash_key(['activity_type', 'asset']) }} as content_key,
        file_path,
        file_name,
        file_row,
        landed_row,
        case
            when quarantine_reason is not null then quarantine_reason
            when occurred_at > loaded_at + interval '1 day'
                then 'occurred_at is more than a day after loaded_at'
        end as quarantine_reason
    from named

)

select * from final
