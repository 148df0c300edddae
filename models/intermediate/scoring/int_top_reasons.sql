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

disqualifications as (

    select
        lead_key,
        model_key,
        weighted_score,
        disqualified_reason
    from scores
    where
        is_disqualified
        and weighted_score > 0

),

-- The three largest gains and the largest loss, found in one pass without sorting.
largest as (

    select
        lead_key,
        model_key,
        max(
            {
                'points': points,
                'tie': -rule_key,
                'units': units,
                'last_activity_date': last_activity_date
            },
            3
        ) filter (where points > 0) as gains,
        min(
            {
                'points': points,
                'tie': rule_key,
                'units': units,
                'last_activity_date': last_activity_date
            },
            1
        ) filter (where points < 0) as losses
    from weighted_points
    group by
        lead_key,
        model_key

),

listed as (

    select
        lead_key,
        model_key,
        unnest(gains) as reason
    from largest
    union all
    select
        lead_key,
        model_key,
        unnest(losses) as reason
    from largest

),

rule_reasons as (

    select
        listed.lead_key,
        listed.model_key,
        listed.reason.points as points,
        abs(listed.reason.tie) as tie,
        rules.description
        || case
            when rules.measure = 'events' and listed.reason.units = 1 then ' once'
            when rules.measure = 'events'
                then ' ' || {{ number_text('round(listed.reason.units, 1)') }} || ' times'
            when rules.measure = 'minutes'
                then ' for ' || {{ number_text('round(listed.reason.units, 1)') }} || ' minutes'
            when rules.measure = 'days' and listed.reason.units = 1 then ' on 1 day'
            when rules.measure = 'days'
                then ' on ' || {{ number_text('round(listed.reason.units, 1)') }} || ' days'
            when rules.measure = 'rate'
                then ' at ' || {{ number_text('round(100 * listed.reason.units, 1)') }} || ' %'
            else ''
        end
        || case
            when
                rules.measure in ('attribute', 'days_inactive')
                or listed.reason.last_activity_date is null
                then ''
            when run.score_date - listed.reason.last_activity_date = 0 then ', last today'
            when run.score_date - listed.reason.last_activity_date = 1 then ', last yesterday'
            else ', last ' || (run.score_date - listed.reason.last_activity_date) || ' days ago'
        end as what
    from listed
    inner join rules on abs(listed.reason.tie) = rules.rule_key
    cross join run

),

-- A disqualification takes everything away, so it stands where the largest loss would.
reasons as (

    select
        rule_reasons.lead_key,
        rule_reasons.model_key,
        rule_reasons.points,
        rule_reasons.tie,
        rule_reasons.what
    from rule_reasons
    left join disqualifications
        on
            rule_reasons.lead_key = disqualifications.lead_key
            and rule_reasons.model_key = disqualifications.model_key
    where
        rule_reasons.points > 0
        or disqualifications.lead_key is null
    union all
    select
        lead_key,
        model_key,
        -weighted_score as points,
        0 as tie,
        disqualified_reason as what
    from disqualifications

),

final as (

    select
        lead_key,
        model_key,
        string_agg(
            what || ' ' || {{ signed_points('points') }},
            '; '
            order by points desc, tie
        ) as top_reasons
    from reasons
    group by
        lead_key,
        model_key

)

select * from final
