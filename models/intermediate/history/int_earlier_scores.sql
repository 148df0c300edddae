with

earlier as (

    select * from {{ source('control', 'earlier_scores') }}

),

members as (

    select * from {{ ref('int_lead_members') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

-- A lead id is the id of its oldest record, so that record tells which lead it is now.
of_leads as (

    select
        leads.lead_key,
        models.model_key,
        earlier.*,
        max(earlier.score_date) over (partition by leads.lead_key, models.model_key)
            as last_score_date
    from earlier
    inner join members on earlier.lead_id = members.record_id
    inner join leads on members.lead_id = leads.lead_id
    inner join models on earlier.model_version = models.model_version

),

-- Leads that were several on that day: the better one speaks for the one they are now, and it is in
-- each tier that one of them was in.
final as (

    select
        lead_key,
        model_key,
        max(score_date) as score_date,
        max(score) as score,
        max_by(held_tier, score) as held_tier,
        list_sort(list_distinct(flatten(list(tiers_in)))) as tiers_in,
        max_by(contributions, score) as contributions
    from of_leads
    where score_date = last_score_date
    group by
        lead_key,
        model_key

)

select * from final
