{{ config(materialized='view') }}

with

contributions as (

    select * from {{ ref('lead_score_contributions') }}

),

-- In one order, so that two days with the same rows have the same list.
final as (

    select
        lead_id,
        model_version,
        list(struct_pack(
            kind := kind,
            dimension := dimension,
            rule_group := rule_group,
            rule_id := rule_id,
            points := points,
            units := units
        ) order by dimension, kind, rule_group, rule_id) as contributions
    from contributions
    group by
        lead_id,
        model_version

)

select * from final
