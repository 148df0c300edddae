{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['score_date'],
        on_schema_change='append_new_columns',
        full_refresh=false,
        post_hook="{{ forget_people_who_asked() }}",
    )
}}

with

run as (

    select * from {{ source('control', 'run') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

scores as (

    select * from {{ ref('int_model_scores') }}

),

-- Past days only: the latest day stands in lead_scores_by_model.
final as (

    select
        scores.lead_id,
        scores.model_version,
        scores.score_date,
        scores.score_name,
        scores.role,
        scores.segment,
        scores.fit_score,
        scores.engagement_score,
        scores.predicted_score,
        scores.score,
        scores.tier,
        scores.held_tier,
        scores.fit_grade,
        scores.engagement_level,
        scores.matrix_cell,
        scores.is_disqualified,
        scores.disqualified_reason,
        scores.top_reasons,
        scores.weights_hash,
        leads.attributes_as_of
    from scores
    inner join leads on scores.lead_key = leads.lead_key
    cross join run
    where not run.is_latest

)

select * from final
