with

segment_rules as (

    select * from {{ ref('int_segment_rules') }}

),

conditions as (

    select * from {{ ref('int_conditions') }}

),

lead_conditions as (

    select * from {{ ref('int_lead_conditions') }}

),

matches as (

    select
        lead_conditions.lead_key,
        segment_rules.model_key,
        segment_rules.segment,
        row_number() over (
            partition by lead_conditions.lead_key, segment_rules.model_key
            order by segment_rules.priority, segment_rules.segment
        ) as segment_rank
    from segment_rules
    inner join conditions
        on
            segment_rules.attribute = conditions.attribute
            and segment_rules.operator = conditions.operator
            and segment_rules.value is not distinct from conditions.value
    inner join lead_conditions on conditions.condition_key = lead_conditions.condition_key

),

-- Leads without a row here are in the default segment.
final as (

    select
        lead_key,
        model_key,
        segment
    from matches
    where segment_rank = 1

)

select * from final
