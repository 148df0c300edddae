-- A rule whose group is not in score_groups would be lost in the join that numbers the rules.
with

seeded as (

    select rule_id from {{ ref('int_fit_rules') }}
    union all
    select rule_id from {{ ref('int_engagement_rules') }}

)

select count(*) as seeded_rules
from seeded
having count(*) <> (select count(*) from {{ ref('int_rules') }})
