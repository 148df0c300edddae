{{ config(materialized='view') }}

with

requested_names as (

    select * from {{ ref('int_requested_names') }}
    where kind = 'record'

),

-- The past of people who asked to be erased or not to be scored leads nowhere.
published as (

    select published_lead_ids.*
    from {{ source('control', 'published_lead_ids') }} as published_lead_ids
    left join requested_names on published_lead_ids.lead_id = requested_names.name
    where requested_names.name is null

),

published_members as (

    select * from {{ source('control', 'published_members') }}

),

record_leads as (

    select * from {{ ref('int_record_leads') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

-- A lead id is the id of its oldest record, so that record tells which lead it is now.
with_record as (

    select
        published.lead_id as published_lead_id,
        record_leads.lead_id
    from published
    inner join record_leads on published.lead_id = record_leads.record_id

),

-- The record is gone. The lead it was last said to be goes on, and if that one's record is gone
-- too, the records that were this lead with it.
without_record as (

    select
        published.lead_id as published_lead_id,
        coalesce(published.present_lead_id, published.lead_id) as last_lead_id
    from published
    left join record_leads on published.lead_id = record_leads.record_id
    where record_leads.record_id is null

),

successors as (

    select
        without_record.published_lead_id,
        record_leads.lead_id,
        1 as preference
    from without_record
    inner join record_leads on without_record.last_lead_id = record_leads.record_id
    union all
    select
        without_record.published_lead_id,
        record_leads.lead_id,
        2 as preference
    from without_record
    inner join published_members on without_record.last_lead_id = published_members.lead_id
    inner join record_leads on published_members.record_id = record_leads.record_id

),

-- Records that are several leads now: the oldest of these that is scored is it.
final as (

    select
        published_lead_id,
        lead_id
    from with_record
    union all
    select
        successors.published_lead_id,
        min_by(
            successors.lead_id,
            row(not leads.is_scored, successors.preference, leads.created_at, successors.lead_id)
        ) as lead_id
    from successors
    inner join leads on successors.lead_id = leads.lead_id
    group by successors.published_lead_id

)

select * from final
