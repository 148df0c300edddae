-- Models that need the score date are joined to this row: a second one would double all scores, and
-- a missing or empty one would lose them.
select
    count(*) as rows,
    count(score_date) as score_dates,
    count(run_id) as run_ids,
    count(is_latest) as answers
from {{ source('control', 'run') }}
having
    count(*) <> 1
    or count(score_date) <> 1
    or count(run_id) <> 1
    or count(is_latest) <> 1
