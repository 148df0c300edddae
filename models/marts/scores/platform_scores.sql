with

platform_scores as (

    select * from {{ ref('int_source_scores') }}

),

records as (

    select * from {{ ref('int_lead_records') }}

),

members as (

    select * from {{ ref('int_lead_members') }}

),

scores as (

    select * from {{ ref('lead_scores') }}

),

final as (

    select
        scores.lead_id,
        scores.score_date,
        platform_scores.source_system,
        records.source_record_id,
        platform_scores.score_name,
        platform_scores.score as platform_score,
        platform_scores.grade as platform_grade,
        platform_scores.scored_at as platform_scored_at,
        scores.score,
        scores.tier,
        scores.matrix_cell
    from platform_scores
    inner join records on platform_scores.record_id = records.record_id
    inner join members on records.record_id = members.record_id
    inner join scores on members.lead_id = scores.lead_id

)

select
    lead_id,
    score_date,
    source_system,
    source_record_id,
    score_name,
    platform_score,
    platform_grade,
    platform_scored_at,
    score,
    tier,
    matrix_cell
from final
