with

events as (

    select * from {{ ref('stg_hubspot__email_event') }}

),

details as (

    select * from {{ ref('int_hubspot__email_details') }}

),

-- Ids of campaigns are counted anew for each app that sends.
campaigns as (

    select
        *,
        row_number() over (
            partition by email_campaign_id, app_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_hubspot__email_campaign') }}
    where quarantine_reason is null

),

final as (

    select
        events.source_system,
        events.source_table,
        events.source_table || ':' || events.email_event_id as event_id,
        cast(null as varchar) as record_id,
        events.normalized_email,
        concat_ws(':', events.event_type, details.status) as platform_event,
        lower(coalesce(campaigns.campaign_name, campaigns.subject)) as asset,
        lower(coalesce(campaigns.campaign_name, campaigns.subject, events.email_campaign_id))
            as campaign,
        -- All that becomes of one mail to one person names the event of its sending.
        coalesce(
            events.sent_event_id,
            case when events.event_type = 'sent' then events.email_event_id end
        ) as message_id,
        details.duration_seconds,
        events.is_marked_automated,
        -- HubSpot replaces an event by a better one, such as an open by a longer one.
        events.obsoleting_event_id is not null as is_deleted,
        details.user_agent,
        events.occurred_at,
        events.synced_at as loaded_at,
        events.file_path,
        events.file_name,
        events.file_row,
        events.landed_row,
        events.quarantine_reason
    from events
    left join details on events.email_event_id = details.email_event_id
    left join campaigns
        on
            events.email_campaign_id = campaigns.email_campaign_id
            and events.app_id is not distinct from campaigns.app_id
            and campaigns.delivery_rank = 1

)

select * from final
