with

earlier as (

    select * from {{ ref('int_earlier_scores') }}

),

published as (

    select * from {{ source('control', 'earlier_scores') }}

),

contributions as (

    select * from {{ ref('int_contributions') }}

),

unnested as (

    select
        earlier.lead_key,
        earlier.model_key,
        unnest(published.contributions) as contribution
    from earlier
    inner join published
        on
            earlier.earlier_lead_id = published.lead_id
            and earlier.model_version = published.model_version

),

-- What a contribution is of, with its place in the alphabet. There are few of them: millions of
-- rows are added up by one number instead of four texts.
kinds as (

    select
        unnested.contribution.rule_id,
        unnested.contribution.kind,
        unnested.contribution.dimension,
        unnested.contribution.rule_group
    from unnested
    union
    select
        rule_id,
        kind,
        dimension,
        rule_group
    from contributions

),

numbered as (

    select
        *,
        {{ hash_key(['rule_id', 'kind', 'dimension', 'rule_group']) }} as kind_key,
        row_number() over (order by rule_id, kind, dimension, rule_group) as place
    from kinds

),

signed as (

    select
        unnested.lead_key,
        unnested.model_key,
        {{
            hash_key([
                'unnested.contribution.rule_id',
                'unnested.contribution.kind',
                'unnested.contribution.dimension',
                'unnested.contribution.rule_group',
            ])
        }} as kind_key,
        -unnested.contribution.points as points
    from unnested
    union all
    select
        contributions.lead_key,
        contributions.model_key,
        {{
            hash_key([
                'contributions.rule_id',
                'contributions.kind',
                'contributions.dimension',
                'contributions.rule_group',
            ])
        }} as kind_key,
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
        kind_key,
        {{ round_points('sum(points)') }} as points_change
    from signed
    group by
        lead_key,
        model_key,
        kind_key

),

-- What moved most comes first; of equals the first in the alphabet.
ranked as (

    select
        moves.lead_key,
        moves.model_key,
        numbered.dimension,
        numbered.kind,
        numbered.rule_group,
        numbered.rule_id,
        moves.points_change,
        row_number() over (
            partition by moves.lead_key, moves.model_key
            order by abs(moves.points_change) desc, numbered.place asc
        ) as move_rank
    from moves
    inner join numbered on moves.kind_key = numbered.kind_key
    where moves.points_change <> 0

),

final as (

    select * from ranked
    where move_rank <= 3

)

select * from final
