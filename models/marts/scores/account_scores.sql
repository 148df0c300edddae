with

scores as (

    select * from {{ ref('lead_scores') }}
    where account_id is not null

),

tiers as (

    select * from {{ ref('score_tiers') }}

),

trends as (

    select * from {{ ref('int_trends') }}
    where level = 'account'

),

-- The best lead counts whole, the next half, the next a quarter: many weak leads do not make one
-- strong account.
ranked as (

    select
        *,
        row_number() over (partition by account_id order by score desc, lead_id asc) as lead_rank
    from scores

),

accounts as (

    select
        account_id,
        max(score_date) as score_date,
        max(model_version) as model_version,
        count(*) as leads,
        count(*) filter (where engagement_score > 0) as engaged_leads,
        {{ round_points('sum(score)') }} as score_sum,
        max(score) as score_max,
        {{ round_points('sum(score * power(0.5, lead_rank - 1))') }} as score_diminishing,
        max(lead_id) filter (where lead_rank = 1) as best_lead_id
    from ranked
    group by account_id

),

-- An account is in the tier that its best lead's score alone would reach.
account_tiers as (

    select
        accounts.account_id,
        max_by(tiers.tier, tiers.min_score) as tier
    from accounts
    inner join tiers
        on
            accounts.model_version = tiers.model_version
            and accounts.score_max >= tiers.min_score
    group by accounts.account_id

),

final as (

    select
        accounts.account_id,
        accounts.score_date,
        accounts.leads,
        accounts.engaged_leads,
        accounts.score_sum,
        accounts.score_max,
        accounts.score_diminishing,
        account_tiers.tier,
        accounts.best_lead_id,
        coalesce(trends.trend, 'steady') as trend,
        coalesce(trends.is_breakout, false) as is_breakout
    from accounts
    inner join account_tiers on accounts.account_id = account_tiers.account_id
    left join trends on accounts.account_id = trends.id

)

select * from final
