with

published as (

    select * from {{ source('control', 'published_lead_ids') }}

),

members as (

    select * from {{ ref('lead_members') }}

),

lead_members as (

    select * from {{ ref('int_lead_members') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

final as (

    select
        published.lead_id as old_lead_id,
        lead_members.lead_id,
        case
            when published.present_lead_id = lead_members.lead_id then published.since
            else run.score_date
        end as since
    from published
    inner join lead_members on published.lead_id = lead_members.record_id
    cross join run
    where
        published.lead_id <> lead_members.lead_id
        and lead_members.lead_id in (select members.lead_id from members)

)

select * from final
