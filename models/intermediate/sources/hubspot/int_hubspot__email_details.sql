-- What HubSpot keeps of an e-mail's event in the table of its type, once for each event.
with

-- An opt-out of one kind of mail stands in the list of changes, one of all mails in the status.
combined as (

    select
        email_event_id,
        user_agent,
        duration_seconds,
        cast(null as varchar) as status,
        synced_at,
        file_name,
        file_row
    from {{ ref('stg_hubspot__email_event_open') }}
    where quarantine_reason is null
    union all
    select
        email_event_id,
        user_agent,
        cast(null as double) as duration_seconds,
        cast(null as varchar) as status,
        synced_at,
        file_name,
        file_row
    from {{ ref('stg_hubspot__email_event_click') }}
    where quarantine_reason is null
    union all
    select
        email_event_id,
        user_agent,
        cast(null as double) as duration_seconds,
        cast(null as varchar) as status,
        synced_at,
        file_name,
        file_row
    from {{ ref('stg_hubspot__email_event_forward') }}
    where quarantine_reason is null
    union all
    select
        email_event_id,
        user_agent,
        cast(null as double) as duration_seconds,
        cast(null as varchar) as status,
        synced_at,
        file_name,
        file_row
    from {{ ref('stg_hubspot__email_event_print') }}
    where quarantine_reason is null
    union all
    select
        email_event_id,
        user_agent,
        cast(null as double) as duration_seconds,
        cast(null as varchar) as status,
        synced_at,
        file_name,
        file_row
    from {{ ref('stg_hubspot__email_event_spam_report') }}
    where quarantine_reason is null
    union all
    select
        email_event_id,
        cast(null as varchar) as user_agent,
        cast(null as double) as duration_seconds,
        bounce_category as status,
        synced_at,
        file_name,
        file_row
    from {{ ref('stg_hubspot__email_event_bounce') }}
    where quarantine_reason is null
    union all
    select
        email_event_id,
        cast(null as varchar) as user_agent,
        cast(null as double) as duration_seconds,
        case
            when subscription_status = 'unsubscribed' then 'unsubscribed'
            when contains(lower(subscription_changes), '"unsubscribed"')
                then 'unsubscribed_from_type'
            else subscription_status
        end as status,
        synced_at,
        file_name,
        file_row
    from {{ ref('stg_hubspot__email_event_status_change') }}
    where quarantine_reason is null

),

ranked as (

    select
        *,
        row_number() over (
            partition by email_event_id
            order by synced_at desc nulls last, file_name desc, file_row desc, status asc
        ) as delivery_rank
    from combined

),

final as (

    select
        email_event_id,
        user_agent,
        duration_seconds,
        status
    from ranked
    where delivery_rank = 1

)

select * from final
