-- Every point is explained: the rows of a lead and model add up to its score.
with

sums as (

    select
        lead_key,
        model_key,
        sum(points) as points
    from {{ ref('int_contributions') }}
    group by
        lead_key,
        model_key

)

select
    scores.lead_key,
    scores.model_key,
    scores.score,
    sums.points
from {{ ref('int_scores') }} as scores
left join sums
    on
        scores.lead_key = sums.lead_key
        and scores.model_key = sums.model_key
where abs(scores.score - coalesce(sums.points, 0)) > 1e-6
