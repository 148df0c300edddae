-- One score for each lead that may be scored and each model in play: no join loses a lead, and none
-- scores a lead that asked not to be. That no lead has two is the key of int_scores.
with

expected as (

    select
        leads.lead_key,
        models.model_key
    from {{ ref('int_leads') }} as leads
    cross join {{ ref('int_models_in_play') }} as models
    where leads.is_scored

)

select
    expected.lead_key as expected_lead_key,
    expected.model_key as expected_model_key,
    scores.lead_key as scored_lead_key,
    scores.model_key as scored_model_key
from expected
full outer join {{ ref('int_scores') }} as scores
    on
        expected.lead_key = scores.lead_key
        and expected.model_key = scores.model_key
where
    expected.lead_key is null
    or scores.lead_key is null
