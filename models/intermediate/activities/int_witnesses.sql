with

activities as (

    select * from {{ ref('int_activities') }}
    where
        not is_voided
        and not is_future

),

signatures as (

    select * from {{ ref('int_activity_signatures') }}

),

owners as (

    select * from {{ ref('int_identity_owners') }}
    where
        lead_key is not null
        and not is_erased

),

counted_once as (

    select * from {{ ref('counted_once') }}

),

priorities as (

    select * from {{ ref('source_priorities') }}

),

known_to_several as (

    select lead_key
    from owners
    group by lead_key
    having count(distinct source_system) > 1

),

-- Only what people did whom several systems know can be seen by two of them.
candidates as (

    select
        activities.event_key,
        activities.occurred_at,
        owners.lead_key,
        owners.source_system,
        owners.source_table,
        coalesce(priorities.priority, 1000000) as priority,
        signatures.activity_type,
        case when counted_once.is_asset_compared then coalesce(signatures.asset, '') else '' end
            as asset,
        counted_once.window_seconds
    from activities
    inner join owners on activities.identity_key = owners.identity_key
    inner join known_to_several on owners.lead_key = known_to_several.lead_key
    inner join signatures on activities.signature_key = signatures.signature_key
    inner join counted_once on signatures.activity_type = counted_once.activity_type
    left join priorities on owners.source_system = priorities.source_system

),

with_gaps as (

    select
        *,
        coalesce(
            epoch(occurred_at) - epoch(lag(occurred_at) over (
                partition by lead_key, activity_type, asset
                order by occurred_at, event_key
            )) > window_seconds,
            true
        ) as is_after_a_gap
    from candidates

),

moments as (

    select
        *,
        count(*) filter (where is_after_a_gap) over (
            partition by lead_key, activity_type, asset
            order by occurred_at, event_key
            rows between unbounded preceding and current row
        ) as moment
    from with_gaps

),

-- Within a moment the first that one system saw is the first that another saw, and so on.
numbered as (

    select
        *,
        row_number() over (
            partition by lead_key, activity_type, asset, moment, source_system
            order by occurred_at, event_key
        ) as number_in_source
    from moments

),

ranked as (

    select
        *,
        row_number() over (
            partition by lead_key, activity_type, asset, moment, number_in_source
            order by priority, source_system
        ) as source_rank
    from numbered

),

final as (

    select
        event_key,
        source_system,
        source_table,
        lead_key,
        activity_type
    from ranked
    where source_rank > 1

)

select * from final
