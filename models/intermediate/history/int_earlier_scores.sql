with

earlier as (

    select * from {{ source('control', 'earlier_scores') }}

),

published_leads as (

    select * from {{ ref('int_published_leads') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

of_leads as (

    select
        leads.lead_key,
        models.model_key,
        models.model_version,
        earlier.lead_id as earlier_lead_id,
        earlier.score_date,
        earlier.score,
        earlier.held_tier,
        earlier.tiers_in
    from earlier
    inner join published_leads on earlier.lead_id = published_leads.published_lead_id
    inner join leads on published_leads.lead_id = leads.lead_id
    inner join models on earlier.model_version = models.model_version

),

last_days as (

    select
        lead_key,
        model_key,
        max(score_date) as score_date,
        count(*) as leads
    from of_leads
    group by
        lead_key,
        model_key

),

-- Leads that were several on that day: the better one speaks for what they are now, of equals the
-- smaller id does. It is in each tier that one of them was in.
merged as (

    select
        of_leads.lead_key,
        of_leads.model_key,
        of_leads.model_version,
        min_by(of_leads.earlier_lead_id, row(-of_leads.score, of_leads.earlier_lead_id))
            as earlier_lead_id,
        max(of_leads.score_date) as score_date,
        max(of_leads.score) as score,
        min_by(of_leads.held_tier, row(-of_leads.score, of_leads.earlier_lead_id)) as held_tier,
        list_sort(list_distinct(flatten(list(of_leads.tiers_in)))) as tiers_in
    from of_leads
    inner join last_days
        on
            of_leads.lead_key = last_days.lead_key
            and of_leads.model_key = last_days.model_key
            and of_leads.score_date = last_days.score_date
            and last_days.leads > 1
    group by
        of_leads.lead_key,
        of_leads.model_key,
        of_leads.model_version

),

-- Almost every lead was one.
final as (

    select
        of_leads.lead_key,
        of_leads.model_key,
        of_leads.model_version,
        of_leads.earlier_lead_id,
        of_leads.score_date,
        of_leads.score,
        of_leads.held_tier,
        list_sort(of_leads.tiers_in) as tiers_in
    from of_leads
    inner join last_days
        on
            of_leads.lead_key = last_days.lead_key
            and of_leads.model_key = last_days.model_key
            and last_days.leads = 1
    union all
    select * from merged

)

select * from final
