with

lead_profiles as (

    select * from {{ ref('int_lead_profiles') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

group_points as (

    select * from {{ ref('int_group_points') }}

),

disqualified_leads as (

    select * from {{ ref('int_disqualified_leads') }}

),

dimension_sums as (

    select
        lead_key,
        model_key,
        {{ round_points("coalesce(sum(points) filter (where dimension = 'fit'), 0)") }} as fit_sum,
        {{ round_points("coalesce(sum(points) filter (where dimension = 'engagement'), 0)") }}
            as engagement_sum
    from group_points
    group by
        lead_key,
        model_key

),

dimensions as (

    select
        lead_profiles.lead_key,
        models.model_key,
        models.fit_weight,
        models.engagement_weight,
        models.predicted_weight,
        coalesce(dimension_sums.fit_sum, 0) as fit_sum,
        coalesce(dimension_sums.engagement_sum, 0) as engagement_sum,
        greatest(0, least(100, coalesce(dimension_sums.fit_sum, 0))) as fit_score,
        greatest(0, least(100, coalesce(dimension_sums.engagement_sum, 0))) as engagement_score,
        cast(0 as double) as predicted_score
    from lead_profiles
    cross join models
    left join dimension_sums
        on
            lead_profiles.lead_key = dimension_sums.lead_key
            and models.model_key = dimension_sums.model_key

),

weighted as (

    select
        *,
        {{ round_points(
            'fit_weight * fit_score + engagement_weight * engagement_score'
            ~ ' + predicted_weight * predicted_score'
        ) }} as weighted_score
    from dimensions

),

final as (

    select
        weighted.lead_key,
        weighted.model_key,
        weighted.fit_weight,
        weighted.engagement_weight,
        weighted.fit_sum,
        weighted.engagement_sum,
        weighted.fit_score,
        weighted.engagement_score,
        weighted.predicted_score,
        weighted.weighted_score,
        case
            when disqualified_leads.lead_key is not null then 0
            -- In decimals, because half a hundredth has no exact binary form.
            else greatest(0, least(100, cast(
                round(cast(weighted.weighted_score as decimal(18, 6)), 2) as double
            )))
        end as score,
        disqualified_leads.lead_key is not null as is_disqualified,
        disqualified_leads.disqualified_reason
    from weighted
    left join disqualified_leads
        on
            weighted.lead_key = disqualified_leads.lead_key
            and weighted.model_key = disqualified_leads.model_key

)

select * from final
