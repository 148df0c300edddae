{{ config(materialized='view') }}

with

scores as (

    select * from {{ ref('int_scores') }}

),

rule_points as (

    select * from {{ ref('int_rule_points') }}

),

rules as (

    select * from {{ ref('int_rules') }}

),

group_points as (

    select * from {{ ref('int_group_points') }}

),

groups as (

    select * from {{ ref('int_groups') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

of_rules as (

    select
        rule_points.lead_key,
        rules.model_key,
        rule_points.rule_key,
        'rule' as kind,
        rules.dimension,
        rules.rule_group,
        rules.rule_id,
        rule_points.raw_points * case rules.dimension
            when 'fit' then models.fit_weight else models.engagement_weight
        end as points,
        rule_points.raw_points,
        rule_points.units,
        rule_points.last_activity_date,
        rules.description
    from rule_points
    inner join rules on rule_points.rule_key = rules.rule_key
    inner join models on rules.model_key = models.model_key

),

of_group_limits as (

    select
        group_points.lead_key,
        group_points.model_key,
        cast(null as integer) as rule_key,
        'group_limit' as kind,
        groups.dimension,
        groups.rule_group,
        'group_limit' as rule_id,
        group_points.limited_points * case groups.dimension
            when 'fit' then models.fit_weight else models.engagement_weight
        end as points,
        cast(null as double) as raw_points,
        cast(null as double) as units,
        cast(null as date) as last_activity_date,
        'Limit of group ' || groups.rule_group as description
    from group_points
    inner join groups on group_points.group_key = groups.group_key
    inner join models on group_points.model_key = models.model_key
    where group_points.limited_points <> 0

),

of_dimension_limits as (

    select
        scores.lead_key,
        scores.model_key,
        cast(null as integer) as rule_key,
        'dimension_limit' as kind,
        'fit' as dimension,
        'dimension_limit' as rule_group,
        'dimension_limit' as rule_id,
        {{ round_points('scores.fit_score - scores.fit_sum') }} * scores.fit_weight as points,
        cast(null as double) as raw_points,
        cast(null as double) as units,
        cast(null as date) as last_activity_date,
        'Fit stays between 0 and 100' as description
    from scores
    where scores.fit_score <> scores.fit_sum
    union all
    select
        scores.lead_key,
        scores.model_key,
        cast(null as integer) as rule_key,
        'dimension_limit' as kind,
        'engagement' as dimension,
        'dimension_limit' as rule_group,
        'dimension_limit' as rule_id,
        {{ round_points('scores.engagement_score - scores.engagement_sum') }}
        * scores.engagement_weight as points,
        cast(null as double) as raw_points,
        cast(null as double) as units,
        cast(null as date) as last_activity_date,
        'Engagement stays between 0 and 100' as description
    from scores
    where scores.engagement_score <> scores.engagement_sum

),

of_whole_score as (

    select
        scores.lead_key,
        scores.model_key,
        cast(null as integer) as rule_key,
        case when scores.is_disqualified then 'disqualified' else 'rounding' end as kind,
        'score' as dimension,
        case when scores.is_disqualified then 'disqualified' else 'rounding' end as rule_group,
        case when scores.is_disqualified then 'disqualified' else 'rounding' end as rule_id,
        {{ round_points('scores.score - scores.weighted_score') }} as points,
        cast(null as double) as raw_points,
        cast(null as double) as units,
        cast(null as date) as last_activity_date,
        case
            when scores.is_disqualified then scores.disqualified_reason
            else 'Rounding to hundredths'
        end as description
    from scores
    where scores.score <> scores.weighted_score

),

final as (

    select * from of_rules
    union all
    select * from of_group_limits
    where points <> 0
    union all
    select * from of_dimension_limits
    where points <> 0
    union all
    select * from of_whole_score

)

select * from final
