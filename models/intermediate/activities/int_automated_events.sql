with

kept as (

    select * from {{ ref('int_kept_events') }}
    where quarantine_reason is null

),

repeated as (

    select * from {{ ref('int_repeated_events') }}

),

deliveries as (

    select * from {{ ref('int_event_deliveries') }}
    where intake_status = 'latest'

),

-- Only the delivery that counts tells who did it.
counted as (

    select
        event_key,
        kind_key,
        user_agent_key,
        message_key,
        occurred_at,
        is_marked_automated
    from kept
    where event_key not in (select repeated.event_key from repeated)
    union all
    select
        event_key,
        kind_key,
        user_agent_key,
        message_key,
        occurred_at,
        is_marked_automated
    from deliveries

),

kinds as (

    select * from {{ ref('int_activity_kinds') }}

),

automated_user_agents as (

    select * from {{ ref('int_automated_user_agents') }}

),

mail_privacy_opens as (

    select * from {{ ref('int_mail_privacy_opens') }}

),

settings as (

    select
        max(value) filter (where setting = 'click_seconds_after_delivery') as click_seconds,
        max(value) filter (where setting = 'links_of_one_mail_in_a_second') as links_in_a_second
    from {{ ref('automation_settings') }}

),

-- What happened to each single mail.
of_messages as (

    select
        counted.event_key,
        counted.message_key,
        counted.occurred_at,
        kinds.activity_type,
        kinds.asset
    from counted
    inner join kinds on counted.kind_key = kinds.kind_key
    where counted.message_key is not null

),

delivered as (

    select
        message_key,
        min(occurred_at) as delivered_at
    from of_messages
    where activity_type = 'email_delivered'
    group by message_key

),

clicks as (

    select
        event_key,
        message_key,
        asset,
        occurred_at,
        date_trunc('second', occurred_at) as second
    from of_messages
    where activity_type = 'email_click'

),

bursts as (

    select
        message_key,
        second,
        count(distinct asset) as links
    from clicks
    group by
        message_key,
        second

),

reasons as (

    select
        event_key,
        1 as precedence,
        'its source says so' as reason
    from counted
    where is_marked_automated
    union all
    select
        counted.event_key,
        2 as precedence,
        'a user agent in the list' as reason
    from counted
    inner join automated_user_agents
        on counted.user_agent_key = automated_user_agents.user_agent_key
    union all
    select
        clicks.event_key,
        3 as precedence,
        'a click as soon as the mail was delivered' as reason
    from clicks
    inner join delivered on clicks.message_key = delivered.message_key
    cross join settings
    where
        epoch(clicks.occurred_at) - epoch(delivered.delivered_at)
        <= settings.click_seconds
    union all
    select
        clicks.event_key,
        4 as precedence,
        'many links of one mail in a second' as reason
    from clicks
    inner join bursts
        on
            clicks.message_key = bursts.message_key
            and clicks.second = bursts.second
    cross join settings
    where bursts.links >= settings.links_in_a_second
    union all
    select
        counted.event_key,
        5 as precedence,
        'an open by a mail privacy proxy' as reason
    from counted
    inner join mail_privacy_opens
        on
            counted.event_key = mail_privacy_opens.event_key
            and counted.kind_key = mail_privacy_opens.kind_key
            and counted.user_agent_key = mail_privacy_opens.user_agent_key

),

final as (

    select
        event_key,
        min_by(reason, precedence) as reason
    from reasons
    group by event_key

)

select * from final
