{{ config(materialized='view') }}

with

contributions as (

    select * from {{ ref('int_contributions') }}

),

-- In one order, so that two days with the same rows have the same list. Sorted list by list: an
-- order inside the aggregate took four times as long and twice the memory for seven million rows.
final as (

    select
        lead_key,
        model_key,
        list_sort(list(struct_pack(
            kind := kind,
            dimension := dimension,
            rule_group := rule_group,
            rule_id := rule_id,
            points := points,
            units := units
        ))) as contributions
    from contributions
    group by
        lead_key,
        model_key

)

select * from final
