{{ config(materialized='view') }}

-- Only keys and numbers go through the windows: ten million rows of text would not fit.
-- Everything is cut at midnight, so a visitor's day can be computed without any other.
with

page_views as (

    select
        visitor_key,
        cast(occurred_at as date) as session_date,
        occurred_at,
        event_key,
        identity_key,
        signature_key,
        campaign_key,
        duration_seconds,
        is_ping,
        is_automated,
        coalesce(record_id, normalized_email) is not null as is_known
    from {{ ref('int_session_page_views') }}

),

settings as (

    select max(case when name = 'quiet_minutes' then value end) * interval '1 minute' as quiet
    from {{ ref('session_settings') }}

),

after_others as (

    select
        *,
        row_number() over visitor_day as page_number,
        lag(occurred_at) over visitor_day as previous_at,
        lag(campaign_key ignore nulls) over visitor_day as previous_campaign,
        lag(case when campaign_key is not null then occurred_at end ignore nulls) over visitor_day
            as previous_campaign_at
    from page_views
    window visitor_day as (
        partition by visitor_key, session_date
        order by occurred_at, event_key
    )

),

after_quiet as (

    select
        after_others.*,
        coalesce(
            after_others.occurred_at >= after_others.previous_at + settings.quiet, true
        ) as is_after_quiet
    from after_others
    cross join settings

),

between_quiet as (

    select
        *,
        max(case when is_after_quiet then occurred_at end) over (
            partition by visitor_key, session_date
            order by page_number
            rows between unbounded preceding and current row
        ) as awake_since
    from after_quiet

),

-- Pages of one instant stay together, so that a visitor never has two sessions with one start.
starts as (

    select
        *,
        is_after_quiet
        or coalesce(
            occurred_at > previous_at
            and campaign_key is not null
            and (
                previous_campaign is null
                or previous_campaign_at < awake_since
                or campaign_key <> previous_campaign
            ),
            false
        ) as is_start
    from between_quiet

),

final as (

    select
        visitor_key,
        session_date,
        max(case when is_start then occurred_at end) over (
            partition by visitor_key, session_date
            order by page_number
            rows between unbounded preceding and current row
        ) as started_at,
        page_number,
        occurred_at,
        case when not is_start then previous_at end as previous_at,
        identity_key,
        signature_key,
        campaign_key,
        duration_seconds,
        is_ping,
        is_automated,
        is_known
    from starts

)

select * from final
