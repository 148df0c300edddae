-- What each lead's units are counted from. Where that was so in the run before, the units of that
-- run are carried on, and only days that came, left a window or faded away are read again.
with

activities as (

    select * from {{ ref('int_counted_activities') }}

),

owners as (

    select * from {{ ref('int_identity_owners') }}

),

lead_profiles as (

    select * from {{ ref('int_lead_profiles') }}

),

profile_hashes as (

    select * from {{ ref('int_profile_hashes') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

earlier as (

    select * from {{ source('control', 'earlier_counted_leads') }}

),

earlier_units as (

    select max(counted_from) as counted_from
    from {{ source('control', 'earlier_rule_units') }}

),

-- One row: the day up to which units are there that were counted from the earlier leads.
earlier_run as (

    select
        case when earlier_units.counted_from = summed.counted_from then summed.score_date end
            as score_date,
        earlier_units.counted_from
    from (
        select
            max(score_date) as score_date,
            {{ hash_of_rows(['lead_id', 'lead_key', 'counted_from', 'score_date']) }}
                as counted_from
        from earlier
    ) as summed
    cross join run
    left join earlier_units on summed.score_date <= run.score_date

),

-- In sums, for which the order of rows does not matter.
identities as (

    select
        activities.identity_key,
        {{ hash_of_rows([
            'activities.signature_key',
            'cast(activities.occurred_at as date)',
            'activities.duration_seconds',
        ]) }} as activities_hash,
        {{ hash_of_rows([
            'activities.signature_key',
            'cast(activities.occurred_at as date)',
            'activities.duration_seconds',
        ]) }} filter (where activities.occurred_at < earlier_run.score_date + interval '1 day')
            as earlier_activities_hash,
        count(*) as activities,
        max(activities.duration_seconds) as longest_seconds
    from activities
    cross join earlier_run
    group by activities.identity_key

),

counted as (

    select
        owners.lead_key,
        sum(identities.activities_hash) as activities_hash,
        sum(identities.earlier_activities_hash) as earlier_activities_hash,
        -- Taken off a very large number, small ones that were added to it do not come back whole.
        sum(identities.activities) <= 1000
        and coalesce(max(identities.longest_seconds) <= 1000000, true) as is_exact
    from identities
    inner join owners on identities.identity_key = owners.identity_key
    group by owners.lead_key

),

compared as (

    select
        leads.lead_id,
        counted.lead_key,
        {{ hash_key(['counted.activities_hash', 'profile_hashes.rules_hash']) }} as counted_from,
        case
            when counted.is_exact
                then
                    {{ hash_key(['counted.earlier_activities_hash', 'profile_hashes.rules_hash']) }}
        end as earlier_counted_from
    from counted
    inner join leads on counted.lead_key = leads.lead_key
    inner join lead_profiles on counted.lead_key = lead_profiles.lead_key
    inner join profile_hashes on lead_profiles.profile_key = profile_hashes.profile_key

),

carried as (

    select
        earlier.*,
        earlier_run.counted_from as units_counted_from
    from earlier
    inner join earlier_run on earlier.score_date = earlier_run.score_date

),

final as (

    select
        compared.lead_id,
        compared.lead_key,
        compared.counted_from,
        run.score_date,
        carried.lead_key as earlier_lead_key,
        carried.score_date as earlier_score_date,
        carried.units_counted_from as earlier_units_counted_from
    from compared
    cross join run
    left join carried
        on
            compared.lead_id = carried.lead_id
            and compared.earlier_counted_from = carried.counted_from

)

select * from final
