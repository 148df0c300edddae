{{ config(materialized='view') }}

with

earlier as (

    select * from {{ ref('int_earlier_scores') }}

),

contributions as (

    select * from {{ ref('int_contributions') }}

),

unnested as (

    select
        lead_key,
        model_key,
        unnest(contributions) as contribution
    from earlier

),

signed as (

    select
        unnested.lead_key,
        unnested.model_key,
        unnested.contribution.dimension,
        unnested.contribution.kind,
        unnested.contribution.rule_group,
        unnested.contribution.rule_id,
        -unnested.contribution.points as points
    from unnested
    union all
    select
        contributions.lead_key,
        contributions.model_key,
        contributions.dimension,
        contributions.kind,
        contributions.rule_group,
        contributions.rule_id,
        contributions.points
    from contributions
    inner join earlier
        on
            contributions.lead_key = earlier.lead_key
            and contributions.model_key = earlier.model_key

),

moves as (

    select
        lead_key,
        model_key,
        dimension,
        kind,
        rule_group,
        rule_id,
        {{ round_points('sum(points)') }} as points_change
    from signed
    group by
        lead_key,
        model_key,
        dimension,
        kind,
        rule_group,
        rule_id

),

-- What moved most comes first; of equals the first in the alphabet.
final as (

    select
        lead_key,
        model_key,
        dimension,
        kind,
        rule_group,
        rule_id,
        points_change,
        row_number() over (
            partition by lead_key, model_key
            order by
                abs(points_change) desc,
                rule_id asc,
                kind asc,
                dimension asc,
                rule_group asc
        ) as move_rank
    from moves
    where points_change <> 0

)

select * from final
