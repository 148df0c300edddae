-- Thresholds that leave a gap would leave people without a tier.
select
    lead_key,
    model_key,
    tier,
    fit_grade,
    engagement_level
from {{ ref('int_score_bands') }}
where
    tier is null
    or fit_grade is null
    or engagement_level is null
