-- Contacts of what sales did with them. Calls and meetings have a `platform_event`, all else none.
with

members as (

    select * from {{ ref('stg_hubspot__engagement_contact') }}

),

engagements as (

    select
        *,
        row_number() over (
            partition by engagement_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_hubspot__engagement') }}
    where quarantine_reason is null

),

combined as (

    select
        'call' as kind,
        engagement_id,
        title,
        outcome,
        duration_seconds,
        is_deleted,
        occurred_at,
        synced_at,
        file_name,
        file_row
    from {{ ref('stg_hubspot__engagement_call') }}
    where quarantine_reason is null
    union all
    select
        'meeting' as kind,
        engagement_id,
        title,
        outcome,
        duration_seconds,
        is_deleted,
        occurred_at,
        synced_at,
        file_name,
        file_row
    from {{ ref('stg_hubspot__engagement_meeting') }}
    where quarantine_reason is null

),

contacts_with_us as (

    select
        *,
        row_number() over (
            partition by engagement_id
            order by synced_at desc nulls last, kind asc, file_name desc, file_row desc
        ) as delivery_rank
    from combined

),

timed as (

    select
        members.*,
        met.kind,
        met.title,
        met.outcome,
        met.duration_seconds,
        coalesce(met.occurred_at, engagements.occurred_at) as occurred_at,
        coalesce(met.is_deleted, false) or coalesce(engagements.is_deleted, false) as is_withdrawn
    from members
    left join engagements
        on
            members.engagement_id = engagements.engagement_id
            and engagements.delivery_rank = 1
    left join contacts_with_us as met
        on
            members.engagement_id = met.engagement_id
            and met.delivery_rank = 1

),

final as (

    select
        source_system,
        source_table,
        concat_ws(':', source_table, engagement_id, contact_id) as event_id,
        source_system || ':' || contact_id as record_id,
        cast(null as varchar) as normalized_email,
        case when kind is not null then concat_ws(':', kind, outcome) end as platform_event,
        lower(title) as asset,
        cast(null as varchar) as campaign,
        cast(null as varchar) as message_id,
        case when duration_seconds >= 0 then duration_seconds end as duration_seconds,
        false as is_marked_automated,
        is_deleted or is_withdrawn as is_deleted,
        cast(null as varchar) as user_agent,
        occurred_at,
        -- A meeting is known before it takes place: that is no wrong clock.
        greatest(synced_at, occurred_at) as loaded_at,
        file_path,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from timed

)

select * from final
