with

published as (

    select * from {{ source('control', 'published_lead_ids') }}

),

members as (

    select * from {{ ref('int_lead_members') }}

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
        members.lead_id,
        case
            when published.present_lead_id = members.lead_id then published.since
            else run.score_date
        end as since
    from published
    inner join members on published.lead_id = members.record_id
    inner join leads on members.lead_id = leads.lead_id
    cross join run
    where
        published.lead_id <> members.lead_id
        and leads.is_scored

)

select * from final
