{{ config(materialized='view') }}

with

pages as (

    select * from {{ ref('int_session_pages') }}

),

page_views as (

    select * from {{ ref('int_session_page_views') }}

),

settings as (

    select
        max(case when name = 'longest_page_seconds' then value end) as longest_page_seconds,
        max(case when name = 'last_page_seconds' then value end) as last_page_seconds
    from {{ ref('session_settings') }}

),

-- Whole microseconds, so that a sum does not depend on the order of its rows. A ping that comes
-- last says that the page was read until then, and no longer.
timed as (

    select
        pages.*,
        epoch_us(pages.occurred_at) - epoch_us(pages.previous_at) as since_previous,
        cast(
            case
                when pages.is_ping then 0
                else 1e6 * coalesce(pages.duration_seconds, settings.last_page_seconds)
            end as bigint
        ) as as_last,
        cast(1e6 * settings.longest_page_seconds as bigint) as longest
    from pages
    cross join settings

),

sessions as (

    select
        visitor_key,
        session_date,
        started_at,
        max(occurred_at) as ended_at,
        count(*) filter (where not is_ping) as pages,
        arg_min(signature_key, page_number) filter (where not is_ping) as entry_signature_key,
        arg_max(signature_key, page_number) filter (where not is_ping) as exit_signature_key,
        coalesce(
            arg_max(identity_key, page_number) filter (where is_known),
            arg_max(identity_key, page_number)
        ) as identity_key,
        arg_min(campaign_key, page_number) as campaign_key,
        sum(least(coalesce(since_previous, 0), longest)) as until_last,
        arg_max(least(as_last, longest), page_number) as as_last,
        bool_and(is_automated) as is_automated
    from timed
    group by visitor_key, session_date, started_at

),

identities as (

    select
        identity_key,
        any_value(source_system) as source_system,
        any_value(anonymous_id) as anonymous_id,
        any_value(record_id) as record_id,
        any_value(normalized_email) as normalized_email
    from page_views
    group by identity_key

),

assets as (

    select
        signature_key,
        any_value(asset) as asset
    from page_views
    group by signature_key

),

final as (

    select
        -- ids
        md5(
            concat_ws(
                '|',
                identities.source_system,
                coalesce(
                    'anonymous_id:' || identities.anonymous_id,
                    'record_id:' || identities.record_id,
                    'email:' || identities.normalized_email
                ),
                epoch_us(sessions.started_at)
            )
        ) as session_key,
        identities.source_system,
        identities.anonymous_id,
        identities.record_id,
        identities.normalized_email,
        sessions.identity_key,

        -- what
        sessions.pages,
        entries.asset as entry_page,
        exits.asset as exit_page,
        sessions.campaign_key,
        sessions.is_automated,

        -- when
        sessions.session_date,
        sessions.started_at,
        sessions.ended_at,
        (sessions.until_last + sessions.as_last) / 1e6 as duration_seconds,
        (sessions.until_last + sessions.as_last) / 6e7 as minutes_on_site
    from sessions
    inner join identities on sessions.identity_key = identities.identity_key
    inner join assets as entries on sessions.entry_signature_key = entries.signature_key
    inner join assets as exits on sessions.exit_signature_key = exits.signature_key
    where sessions.pages > 0

)

select * from final
