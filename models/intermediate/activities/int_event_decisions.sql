with

landed as (

    select * from {{ ref('int_landed_events') }}

),

repeated as (

    select * from {{ ref('int_repeated_events') }}

),

-- Only rows that need a decision: broken ones, and deliveries of an id that occurs again.
undecided as (

    select * from landed
    where
        quarantine_reason is not null
        or event_key in (select repeated.event_key from repeated)

),

ranked as (

    select
        *,
        row_number() over (
            partition by source_system, event_id, quarantine_reason is not null
            order by loaded_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from undecided

),

final as (

    select
        source_system,
        event_id,
        record_id,
        normalized_email,
        anonymous_id,
        activity_type,
        asset,
        duration_seconds,
        is_personalized,
        is_marked_automated,
        is_deleted,
        user_agent,
        occurred_at,
        loaded_at,
        file_name,
        file_row,
        identity_key,
        quarantine_reason,
        case when quarantine_reason is not null then landed_row end as landed_row,
        case
            when quarantine_reason is not null then 'quarantined'
            when delivery_rank > 1 then 'duplicate'
            else 'latest'
        end as intake_status
    from ranked

)

select * from final
