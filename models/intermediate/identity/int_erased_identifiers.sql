{{ config(materialized='view') }}

-- What tells of people who asked to be erased: what their records carry, and what they asked by.
with

identifiers as (

    select * from {{ ref('int_identifiers') }}

),

record_leads as (

    select * from {{ ref('int_record_leads') }}

),

erased_leads as (

    select lead_id from {{ ref('int_leads') }}
    where is_erased

),

owners as (

    select * from {{ ref('int_identity_owners') }}
    where is_erased

),

requests as (

    select * from {{ ref('stg_custom__privacy_requests') }}
    where request = 'erase' and quarantine_reason is null

),

erased_records as (

    select record_leads.record_id
    from record_leads
    inner join erased_leads on record_leads.lead_id = erased_leads.lead_id

),

final as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value
    from identifiers
    inner join erased_records on identifiers.record_id = erased_records.record_id
    union
    select
        'record_id' as identifier_type,
        record_id as identifier_value
    from erased_records
    union
    select
        'record_id' as identifier_type,
        record_id as identifier_value
    from requests
    where record_id is not null
    union
    select
        'email' as identifier_type,
        normalized_email as identifier_value
    from requests
    where normalized_email is not null
    union
    select
        'visitor' as identifier_type,
        anonymous_id as identifier_value
    from owners
    where anonymous_id is not null and record_id is null and normalized_email is null

)

select * from final
