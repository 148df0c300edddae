with

scores as (

    select * from {{ ref('lead_scores_by_model') }}
    where
        role = 'champion'
        and score_name = 'main'

),

leads as (

    select * from {{ ref('int_leads') }}

),

owners as (

    select * from {{ ref('int_identity_owners') }}

),

activity as (

    select
        lead_key,
        min(first_activity_at) as first_activity_at,
        max(last_activity_at) as last_activity_at
    from owners
    where lead_key is not null
    group by lead_key

),

final as (

    select
        scores.lead_id,
        scores.score_date,
        leads.normalized_email as email,
        leads.company_domain,
        leads.account_id,
        scores.segment,
        scores.model_version,
        scores.fit_score,
        scores.engagement_score,
        scores.predicted_score,
        scores.score,
        scores.tier,
        scores.held_tier,
        scores.fit_grade,
        scores.engagement_level,
        scores.matrix_cell,
        leads.lifecycle_stage,
        scores.is_disqualified,
        scores.disqualified_reason,
        scores.top_reasons,
        leads.attributes_as_of,
        activity.first_activity_at,
        activity.last_activity_at,
        scores.weights_hash
    from scores
    inner join leads on scores.lead_id = leads.lead_id
    left join activity on leads.lead_key = activity.lead_key

)

select * from final
