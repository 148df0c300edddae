-- Every landed row is counted exactly once.
select *
from {{ ref('intake_counts') }}
where raw <> activities + duplicates + quarantined + waiting + future + voided + erased
