-- A member is one event, which its status names: a later status replaces the earlier one.
with

members as (

    select * from {{ ref('stg_salesforce__campaign_member') }}

),

campaigns as (

    select
        *,
        row_number() over (
            partition by campaign_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_salesforce__campaign') }}
    where quarantine_reason is null

),

final as (

    select
        members.source_system,
        members.source_table,
        members.source_table || ':' || members.membership_id as event_id,
        members.source_system || ':' || members.person_id as record_id,
        concat_ws(':', 'campaign_member', members.status, campaigns.campaign_type)
            as platform_event,
        concat_ws(':', 'campaign_member', members.status) as platform_event_in_short,
        lower(campaigns.campaign_name) as asset,
        lower(coalesce(campaigns.campaign_name, members.campaign_id)) as campaign,
        cast(null as double) as duration_seconds,
        members.is_deleted,
        members.occurred_at,
        members.synced_at as loaded_at,
        members.file_path,
        members.file_name,
        members.file_row,
        members.landed_row,
        members.quarantine_reason
    from members
    left join campaigns
        on
            members.campaign_id = campaigns.campaign_id
            and campaigns.delivery_rank = 1

)

select * from final
