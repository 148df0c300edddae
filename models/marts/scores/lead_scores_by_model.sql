with

final as (

    select
        lead_id,
        model_version,
        score_name,
        role,
        score_date,
        segment,
        fit_score,
        engagement_score,
        predicted_score,
        score,
        tier,
        held_tier,
        fit_grade,
        engagement_level,
        matrix_cell,
        is_disqualified,
        disqualified_reason,
        top_reasons,
        weights_hash
    from {{ ref('int_model_scores') }}

)

select * from final
