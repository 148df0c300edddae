{{ config(materialized='view') }}

-- Records of people who are scored, each with who looks after it.
with

records as (

    select * from {{ ref('int_lead_records') }}

),

members as (

    select * from {{ ref('int_lead_members') }}

),

leads as (

    select * from {{ ref('int_leads') }}
    where is_scored

),

attributes as (

    select * from {{ ref('int_record_attributes') }}

),

owner_attributes as (

    select * from {{ ref('owner_attributes') }}

),

owners as (

    select
        attributes.record_id,
        min(attributes.value_text) as owner
    from attributes
    inner join owner_attributes on attributes.attribute = owner_attributes.attribute
    group by attributes.record_id

),

final as (

    select
        records.*,
        coalesce(owners.owner, '(nobody)') as owner
    from records
    inner join members on records.record_id = members.record_id
    inner join leads on members.lead_id = leads.lead_id
    left join owners on records.record_id = owners.record_id

)

select * from final
