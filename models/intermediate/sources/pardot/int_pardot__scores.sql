-- The score that Pardot counts from activities, and the grade that it gives by profile.
with

prospects as (

    select * from {{ ref('int_pardot__prospects') }}
    where not is_deleted

),

final as (

    select
        source_system,
        record_id,
        'pardot_score' as score_name,
        score,
        grade,
        updated_at as scored_at
    from prospects
    where
        score is not null
        or grade is not null

)

select * from final
