with

profiles as (

    select
        profile_key,
        min(lead_key) as any_lead_key
    from {{ ref('int_lead_profiles') }}
    group by profile_key

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

lead_segments as (

    select * from {{ ref('int_lead_segments') }}

),

final as (

    select
        profiles.profile_key,
        models.model_key,
        coalesce(lead_segments.segment, 'default') as segment
    from profiles
    cross join models
    left join lead_segments
        on
            profiles.any_lead_key = lead_segments.lead_key
            and models.model_key = lead_segments.model_key

)

select * from final
