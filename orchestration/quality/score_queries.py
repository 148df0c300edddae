"""What the scores gate asks in SQL. Each query gives a few figures, never a row about a person.

Great Expectations puts the rows of the mart in place of `{batch}`.
"""

from __future__ import annotations

from string import Template

# Rows whose key's hash repeats are few, so only they are grouped by the key itself: ten million
# contributions by six text columns would take most of the machine's memory.
REPEATED_KEYS = Template("""
    with suspects as (
        select hash($key) as hashed from {batch} group by hashed having count(*) > 1
    ),
    repeats as (
        select count(*) - 1 as too_many
        from {batch}
        where hash($key) in (select hashed from suspects) and not ($is_missing)
        group by $key
        having count(*) > 1
    )
    select
        rows_without_key,
        rows_repeated,
        rows_without_key + rows_repeated as rows_wrong
    from
        (select count(*) filter (where $is_missing) as rows_without_key from {batch}),
        (select cast(coalesce(sum(too_many), 0) as bigint) as rows_repeated from repeats)
""")

OTHER_DATES = Template("""
    select count(*) filter (where score_date is distinct from $score_date) as rows_off
    from {batch}
""")

UNKNOWN_TIERS = Template("""
    with tiers as (
        select model_version, tier, count(*) as leads from {batch} group by model_version, tier
    )
    select
        cast(coalesce(sum(leads), 0) as bigint) as rows_off,
        string_agg(distinct left(coalesce(tier, 'no tier'), 40), ', ') as tiers
    from tiers
    where
        tier is distinct from 'Disqualified'
        and not exists (
            select 1 from seeds.score_tiers as known
            where trim(known.model_version) = tiers.model_version and trim(known.tier) = tiers.tier
        )
""")

ROWS_OF_EACH_MODEL = Template("""
    select
        found.leads,
        models.models,
        abs(found.rows - found.leads * models.models) as rows_off
    from
        (select count(*) as rows, $leads as leads from {batch}) as found,
        (
            select count(*) as models from seeds.score_models
            where lower(trim(role)) <> 'archived'
        ) as models
""")

AGREES_WITH_MODEL = Template("""
    select
        count(*) filter (where by_model.lead_id is null) as leads_without_model,
        count(*) filter (
            where not coalesce(abs(shown.score - by_model.score) <= $tolerance, false)
        ) as leads_off
    from {batch} as shown
    left join marts.lead_scores_by_model as by_model
        on by_model.lead_id = shown.lead_id and by_model.model_version = shown.model_version
""")

ADDS_UP = Template("""
    with sums as (
        select lead_id, model_version, sum(points) as points
        from {batch} group by lead_id, model_version
    ),
    compared as (
        select
            scores.lead_id is null as is_orphan,
            abs(coalesce(sums.points, 0) - scores.score) as difference
        from marts.lead_scores_by_model as scores
        full join sums
            on sums.lead_id = scores.lead_id and sums.model_version = scores.model_version
    )
    select
        count(*) filter (where is_orphan) as sums_without_score,
        count(*) filter (
            where not is_orphan and not coalesce(difference <= $tolerance, false)
        ) as scores_off,
        count(*) filter (where not coalesce(difference <= $tolerance, false)) as leads_off,
        max(difference) as largest_difference
    from compared
""")

TIER_SHARES = Template("""
    with now as (
        select tier, count(*) / sum(count(*)) over () as share from {batch} group by tier
    ),
    published as (
        select tier, cast(share as double) as share from ($published) as given(tier, share)
    ),
    places as (
        select trim(tier) as tier, min(min_score) as min_score from seeds.score_tiers group by 1
    )
    select
        coalesce(now.tier, published.tier) as tier,
        coalesce(now.share, 0) as share,
        $published_share as published_share,
        abs(coalesce(now.share, 0) - $published_share) as change
    from now
    full join published on published.tier = now.tier
    left join places on places.tier = coalesce(now.tier, published.tier)
    order by places.min_score desc nulls last, 1
""")
