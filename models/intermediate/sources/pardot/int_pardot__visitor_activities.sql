with

activities as (

    select * from {{ ref('stg_pardot__visitor_activity') }}

),

campaigns as (

    select
        *,
        row_number() over (
            partition by campaign_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_pardot__campaign') }}
    where quarantine_reason is null

),

visits as (

    select
        *,
        row_number() over (
            partition by visit_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_pardot__visit') }}
    where quarantine_reason is null

),

final as (

    select
        activities.source_system,
        activities.source_table,
        activities.source_table || ':' || activities.visitor_activity_id as event_id,
        activities.source_system || ':' || activities.prospect_id as record_id,
        activities.source_system || ':' || activities.visitor_id as anonymous_id,
        concat_ws(':', activities.activity_code, activities.kind) as platform_event,
        lower(activities.details) as asset,
        lower(coalesce(campaigns.campaign_name, activities.campaign_id)) as campaign,
        -- All that becomes of one mail to one person names the mail.
        activities.mail_id
        || ':'
        || coalesce(activities.prospect_id, 'visitor ' || activities.visitor_id) as message_id,
        -- Only the activity that is the visit lasts as long as the visit.
        case when activities.activity_code = '20' then visits.duration_seconds end
            as duration_seconds,
        false as is_deleted,
        activities.occurred_at,
        activities.synced_at as loaded_at,
        activities.file_path,
        activities.file_name,
        activities.file_row,
        activities.landed_row,
        activities.quarantine_reason
    from activities
    left join campaigns
        on
            activities.campaign_id = campaigns.campaign_id
            and campaigns.delivery_rank = 1
    left join visits
        on
            activities.visit_id = visits.visit_id
            and visits.delivery_rank = 1

)

select * from final
