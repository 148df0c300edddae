with

fit_rules as (

    select * from {{ ref('int_fit_rules') }}

),

engagement_rules as (

    select * from {{ ref('int_engagement_rules') }}

),

groups as (

    select * from {{ ref('int_groups') }}

),

combined as (

    select
        model_key,
        'fit' as dimension,
        rule_group,
        rule_id,
        segment,
        'attribute' as measure,
        cast(null as ubigint) as counting_key,
        description
    from fit_rules
    union all
    select
        model_key,
        'engagement' as dimension,
        rule_group,
        rule_id,
        segment,
        measure,
        {{ hash_key([
            'activity_type',
            'asset_operator',
            'asset_value',
            'personalized',
            'measure',
            'per_activity_type',
            'daily_limit',
            'window_days',
            'decay',
            'decay_days',
            'count_automated',
        ]) }} as counting_key,
        description
    from engagement_rules

),

final as (

    select
        cast(
            row_number() over (
                order by combined.model_key, combined.dimension, combined.rule_id, combined.segment
            ) as integer
        ) as rule_key,
        combined.model_key,
        groups.group_key,
        combined.dimension,
        combined.rule_group,
        combined.rule_id,
        combined.segment,
        combined.measure,
        combined.counting_key,
        combined.description
    from combined
    inner join groups
        on
            combined.model_key = groups.model_key
            and combined.dimension = groups.dimension
            and combined.rule_group = groups.rule_group

)

select * from final
