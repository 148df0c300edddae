with

members as (

    select * from {{ ref('int_lead_members') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

final as (

    select
        members.lead_id,
        members.source_system,
        members.source_record_id,
        members.joined_by
    from members
    inner join leads on members.lead_id = leads.lead_id
    where leads.is_scored

)

select * from final
