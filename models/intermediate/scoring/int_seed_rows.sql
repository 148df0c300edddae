{{ config(materialized='view') }}

with

final as (

    select model_version, 'score_models' as seed, {{ seed_as_json('seed') }} as seed_row
    from {{ ref('score_models') }} as seed
    union all
    select model_version, 'score_segments' as seed, {{ seed_as_json('seed') }} as seed_row
    from {{ ref('score_segments') }} as seed
    union all
    select model_version, 'fit_rules' as seed, {{ seed_as_json('seed') }} as seed_row
    from {{ ref('fit_rules') }} as seed
    union all
    select model_version, 'engagement_rules' as seed, {{ seed_as_json('seed') }} as seed_row
    from {{ ref('engagement_rules') }} as seed
    union all
    select model_version, 'score_groups' as seed, {{ seed_as_json('seed') }} as seed_row
    from {{ ref('score_groups') }} as seed
    union all
    select model_version, 'disqualification_rules' as seed, {{ seed_as_json('seed') }} as seed_row
    from {{ ref('disqualification_rules') }} as seed
    union all
    select model_version, 'score_tiers' as seed, {{ seed_as_json('seed') }} as seed_row
    from {{ ref('score_tiers') }} as seed
    union all
    select model_version, 'fit_grades' as seed, {{ seed_as_json('seed') }} as seed_row
    from {{ ref('fit_grades') }} as seed
    union all
    select model_version, 'engagement_levels' as seed, {{ seed_as_json('seed') }} as seed_row
    from {{ ref('engagement_levels') }} as seed

)

select * from final
