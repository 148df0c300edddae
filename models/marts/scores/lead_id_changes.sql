with

published as (

    select * from {{ source('control', 'published_lead_ids') }}

),

published_leads as (

    select * from {{ ref('int_published_leads') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

final as (

    select
        published.lead_id as old_lead_id,
        published_leads.lead_id,
        case
            when published.present_lead_id = published_leads.lead_id then published.since
            else run.score_date
        end as since
    from published
    inner join published_leads on published.lead_id = published_leads.published_lead_id
    inner join leads on published_leads.lead_id = leads.lead_id
    cross join run
    where
        published.lead_id <> published_leads.lead_id
        and leads.is_scored

)

select * from final
