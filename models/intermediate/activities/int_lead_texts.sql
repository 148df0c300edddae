{{ config(materialized='view') }}

with

texts as (

    select * from {{ ref('int_event_texts') }}

),

activities as (

    select * from {{ ref('int_activities') }}
    where
        text_key is not null
        and not is_voided
        and not is_future

),

signatures as (

    select * from {{ ref('int_activity_signatures') }}

),

owners as (

    select * from {{ ref('int_identity_owners') }}

),

leads as (

    select * from {{ ref('int_leads') }}
    where is_scored

),

witnesses as (

    select * from {{ ref('int_witnesses') }}

),

final as (

    select
        leads.lead_id,
        owners.source_system,
        owners.source_table,
        texts.event_id,
        activities.occurred_at,
        signatures.activity_type,
        signatures.asset,
        texts.event_text
    from activities
    inner join texts on activities.text_key = texts.text_key
    inner join signatures on activities.signature_key = signatures.signature_key
    inner join owners on activities.identity_key = owners.identity_key
    inner join leads on owners.lead_key = leads.lead_key
    left join witnesses on activities.event_key = witnesses.event_key
    where witnesses.event_key is null

)

select * from final
