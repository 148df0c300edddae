-- A rule whose group is not in score_groups would be lost in the join that numbers the rules, and a
-- group that is listed twice would count its rules twice.
with

seeded as (

    select
        model_key,
        'fit' as dimension,
        rule_id,
        segment
    from {{ ref('int_fit_rules') }}
    union all
    select
        model_key,
        'engagement' as dimension,
        rule_id,
        segment
    from {{ ref('int_engagement_rules') }}

),

counted as (

    select
        seeded.model_key,
        seeded.dimension,
        seeded.rule_id,
        seeded.segment,
        count(rules.rule_key) as numbers
    from seeded
    left join {{ ref('int_rules') }} as rules
        on
            seeded.model_key = rules.model_key
            and seeded.dimension = rules.dimension
            and seeded.rule_id = rules.rule_id
            and seeded.segment is not distinct from rules.segment
    group by
        seeded.model_key,
        seeded.dimension,
        seeded.rule_id,
        seeded.segment

)

select *
from counted
where numbers <> 1
