-- One score for each lead that may be scored and each model in play: no join loses or multiplies
-- leads.
with

expected as (

    select count(*) * (select count(*) from {{ ref('int_models_in_play') }}) as scores
    from {{ ref('int_lead_profiles') }}

),

actual as (

    select count(*) as scores
    from {{ ref('int_scores') }}

)

select
    expected.scores as expected_scores,
    actual.scores as actual_scores
from expected
cross join actual
where expected.scores <> actual.scores
