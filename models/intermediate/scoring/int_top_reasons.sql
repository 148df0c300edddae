with

rule_points as (

    select * from {{ ref('int_rule_points') }}

),

rules as (

    select * from {{ ref('int_rules') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

scores as (

    select * from {{ ref('int_scores') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

weighted_points as (

    select
        rule_points.lead_key,
        rules.model_key,
        rule_points.rule_key,
        rule_points.units,
        rule_points.last_activity_date,
        rule_points.raw_points * case rules.dimension
            when 'fit' then models.fit_weight else models.engagement_weight
        end as points
    from rule_points
    inner join rules on rule_points.rule_key = rules.rule_key
    inner join models on rules.model_key = models.model_key

),

ranked as (

    select
        *,
        points > 0 as is_gain,
        row_number() over (
            partition by lead_key, model_key, points > 0
            order by abs(points) desc, rule_key
        ) as size_rank
    from weighted_points
    where points <> 0

),

-- The three largest gains and the largest loss, in words.
worded as (

    select
        ranked.lead_key,
        ranked.model_key,
        ranked.is_gain,
        ranked.size_rank,
        coalesce(rules.description, rules.rule_id)
        || {{ units_in_words('rules.measure', 'ranked.units') }}
        || {{ recency_in_words(
            'rules.measure', 'run.score_date', 'ranked.last_activity_date'
        ) }}
        || ' '
        || {{ signed_points('ranked.points') }} as reason
    from ranked
    inner join rules on ranked.rule_key = rules.rule_key
    cross join run
    where
        (ranked.is_gain and ranked.size_rank <= 3)
        or (not ranked.is_gain and ranked.size_rank = 1)

),

beside_each_other as (

    select
        lead_key,
        model_key,
        max(reason) filter (where is_gain and size_rank = 1) as first_gain,
        max(reason) filter (where is_gain and size_rank = 2) as second_gain,
        max(reason) filter (where is_gain and size_rank = 3) as third_gain,
        max(reason) filter (where not is_gain) as loss
    from worded
    group by
        lead_key,
        model_key

),

-- A disqualification takes everything away, so it stands where the largest loss would.
disqualifications as (

    select
        lead_key,
        model_key,
        disqualified_reason || ' ' || {{ signed_points('-weighted_score') }} as loss
    from scores
    where
        is_disqualified
        and weighted_score > 0

),

final as (

    select
        beside_each_other.lead_key,
        beside_each_other.model_key,
        concat_ws(
            '; ',
            beside_each_other.first_gain,
            beside_each_other.second_gain,
            beside_each_other.third_gain,
            coalesce(disqualifications.loss, beside_each_other.loss)
        ) as top_reasons
    from beside_each_other
    left join disqualifications
        on
            beside_each_other.lead_key = disqualifications.lead_key
            and beside_each_other.model_key = disqualifications.model_key

)

select * from final
