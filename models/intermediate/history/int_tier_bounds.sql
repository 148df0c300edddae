with

tiers as (

    select * from {{ ref('score_tiers') }}

),

final as (

    select
        model_version,
        cast(to_json(list(struct_pack(
            tier := tier,
            min_score := min_score,
            min_fit_score := min_fit_score,
            min_engagement_score := min_engagement_score,
            exit_margin := coalesce(exit_margin, 0)
        ) order by min_score)) as varchar) as tier_bounds
    from tiers
    group by model_version

)

select * from final
