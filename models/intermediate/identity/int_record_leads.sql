{{ config(materialized='view') }}

with

members as (

    select * from {{ ref('int_lead_members') }}

),

groups as (

    select * from {{ ref('int_record_groups') }}

),

-- A record that was merged away still leads to the person that it became.
group_leads as (

    select distinct
        groups.group_key,
        members.lead_id
    from groups
    inner join members on groups.record_id = members.record_id

),

final as (

    select
        record_id,
        lead_id
    from members
    union all
    select
        groups.record_id,
        group_leads.lead_id
    from groups
    inner join group_leads on groups.group_key = group_leads.group_key
    left join members on groups.record_id = members.record_id
    where members.record_id is null

)

select * from final
