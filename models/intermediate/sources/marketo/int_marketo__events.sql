with

vocabulary as (

    select * from {{ ref('event_vocabulary') }}
    where source_system = 'marketo'

),

campaigns as (

    select * from {{ ref('int_marketo__campaigns') }}

),

mails as (

    select
        *,
        row_number() over (
            partition by mail_id
            order by
                version desc nulls last,
                modified_at desc nulls last,
                file_name desc,
                file_row desc
        ) as version_rank
    from {{ ref('stg_marketo__email_template_history') }}
    where quarantine_reason is null

),

activities as (

    select
        activities.* replace (
            coalesce(activities.asset, lower(mails.mail_name)) as asset
        ),
        coalesce(campaigns.campaign, activities.campaign_id) as campaign
    from {{ ref('int_marketo__activities') }} as activities
    left join campaigns on activities.campaign_id = campaigns.campaign_id
    left join mails
        on
            activities.mail_id = mails.mail_id
            and mails.version_rank = 1

),

combined as (

    select * from activities
    union all by name
    select * from {{ ref('int_marketo__program_steps') }}

),

-- The most exact row of the vocabulary counts: with the kind of program, with the outcome, without.
named as (

    select
        combined.*,
        coalesce(
            exact.activity_type,
            in_short.activity_type,
            rough.activity_type,
            combined.platform_event
        ) as activity_type
    from combined
    left join vocabulary as exact on combined.platform_event = exact.platform_event
    left join vocabulary as in_short
        on combined.platform_event_in_short = in_short.platform_event
    left join vocabulary as rough
        on split_part(combined.platform_event, ':', 1) = rough.platform_event

),

final as (

    select
        source_system,
        source_table,
        event_id,
        record_id,
        cast(null as varchar) as normalized_email,
        cast(null as varchar) as anonymous_id,
        activity_type,
        asset,
        message_id,
        campaign,
        cast(null as varchar) as event_text,
        cast(null as double) as duration_seconds,
        false as is_personalized,
        is_marked_automated,
        is_deleted,
        user_agent,
        occurred_at,
        loaded_at,
        {{ hash_key(['source_system', 'event_id']) }} as event_key,
        {{ hash_key(['source_system', 'record_id']) }} as identity_key,
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
