with

rule_points as (

    select * from {{ ref('int_rule_points') }}

),

rules as (

    select * from {{ ref('int_rules') }}

),

groups as (

    select * from {{ ref('int_groups') }}

),

summed as (

    select
        rule_points.lead_key,
        rules.group_key,
        {{ round_points('sum(rule_points.raw_points)') }} as rule_points
    from rule_points
    inner join rules on rule_points.rule_key = rules.rule_key
    group by
        rule_points.lead_key,
        rules.group_key

),

bounded as (

    select
        summed.lead_key,
        summed.group_key,
        groups.model_key,
        groups.dimension,
        summed.rule_points,
        greatest(
            coalesce(groups.min_points, cast('-infinity' as double)),
            least(coalesce(groups.max_points, cast('infinity' as double)), summed.rule_points)
        ) as points
    from summed
    inner join groups on summed.group_key = groups.group_key

),

final as (

    select
        lead_key,
        group_key,
        model_key,
        dimension,
        {{ round_points('points') }} as points,
        {{ round_points('points - rule_points') }} as limited_points
    from bounded

)

select * from final
