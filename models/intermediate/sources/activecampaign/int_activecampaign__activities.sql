with

campaigns as (

    select
        *,
        row_number() over (
            partition by campaign_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__campaigns') }}
    where quarantine_reason is null

),

activities as (

    select
        *,
        activity_id as own_id,
        concat_ws(':', reference_type, reference_action) as platform_event,
        page_path as named_asset
    from {{ ref('stg_activecampaign__activities') }}

),

bounces as (

    select
        *,
        bounce_id as own_id,
        'bounce_log' as platform_event
    from {{ ref('stg_activecampaign__bounce_logs') }}

),

webhook_events as (

    select
        *,
        webhook_event_id as own_id,
        kind as platform_event,
        coalesce(page_path, lower(subject)) as named_asset
    from {{ ref('stg_activecampaign__webhook_event') }}

),

tasks as (

    select
        *,
        task_id as own_id,
        case when is_done then 'task' else 'open_task' end as platform_event,
        lower(subject) as named_asset
    from {{ ref('stg_activecampaign__tasks') }}

),

combined as (

    select * from activities
    union all by name
    select * from bounces
    union all by name
    select * from webhook_events
    union all by name
    select * from tasks

),

with_campaigns as (

    select
        combined.* replace (
            lower(coalesce(campaigns.campaign_name, combined.campaign_name)) as campaign_name
        )
    from combined
    left join campaigns
        on
            combined.campaign_id = campaigns.campaign_id
            and campaigns.delivery_rank = 1

),

final as (

    select
        source_system,
        source_table,
        source_table || ':' || own_id as event_id,
        source_system || ':' || contact_id as record_id,
        normalized_email,
        platform_event,
        coalesce(named_asset, campaign_name) as asset,
        coalesce(campaign_name, campaign_id) as campaign,
        -- All that becomes of one mail to one person names the campaign and the person.
        campaign_id || ':' || coalesce(contact_id, normalized_email) as message_id,
        -- Apple's mail program opens mails by itself, and ActiveCampaign tells that.
        coalesce(reference_type = 'mpplinkdata', false) as is_marked_automated,
        false as is_deleted,
        user_agent,
        occurred_at,
        synced_at as loaded_at,
        file_path,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from with_campaigns

)

select * from final
