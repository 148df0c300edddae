with

vocabulary as (

    select * from {{ ref('event_vocabulary') }}
    where source_system = 'activecampaign'

),

combined as (

    select * from {{ ref('int_activecampaign__activities') }}
    union all by name
    select * from {{ ref('int_activecampaign__list_members') }}

),

-- The most exact row of the vocabulary counts: with what was done, then without.
named as (

    select
        combined.*,
        coalesce(exact.activity_type, rough.activity_type, combined.platform_event)
            as activity_type
    from combined
    left join vocabulary as exact on combined.platform_event = exact.platform_event
    left join vocabulary as rough
        on split_part(combined.platform_event, ':', 1) = rough.platform_event

),

final as (

    select
        source_system,
        source_table,
        event_id,
        record_id,
        normalized_email,
        cast(null as varchar) as anonymous_id,
        activity_type,
        asset,
        message_id,
        campaign,
        cast(null as varchar) as event_text,
        cast(null as double) as duration_seconds,
        false as is_personalized,
        coalesce(is_marked_automated, false) as is_marked_automated,
        is_deleted,
        user_agent,
        occurred_at,
        loaded_at,
        {{ hash_key(['source_system', 'event_id']) }} as event_key,
        {{ hash_key(['source_system', 'record_id', 'normalized_email']) }} as identity_key,
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
