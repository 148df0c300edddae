-- Every point is explained: the rows of a lead and model add up to its score, to a millionth. The
-- rounding row holds what is left, so it must not be more than rounding to hundredths can leave.
with

sums as (

    select
        lead_key,
        model_key,
        sum(points) as points,
        max(abs(points)) filter (where kind = 'rounding') as rounding
    from {{ ref('int_contributions') }}
    group by
        lead_key,
        model_key

)

select
    scores.lead_key,
    scores.model_key,
    scores.score,
    sums.points,
    sums.rounding
from {{ ref('int_scores') }} as scores
full outer join sums
    on
        scores.lead_key = sums.lead_key
        and scores.model_key = sums.model_key
where
    scores.lead_key is null
    or abs(scores.score - coalesce(sums.points, 0)) > 1e-6
    or sums.rounding > 0.005 + 1e-6
