{{ config(materialized='view') }}

-- Visitors that nobody came as but people who asked to be erased.
with

owners as (

    select * from {{ ref('int_identity_owners') }}
    where anonymous_id is not null

),

names as (

    select * from {{ ref('int_requested_names') }}
    where is_erased

),

-- Of people who are no longer leads, only what they once signed tells.
signed as (

    select
        owners.source_system,
        owners.anonymous_id
    from owners
    inner join names on names.kind = 'record' and owners.record_id = names.name
    union
    select
        owners.source_system,
        owners.anonymous_id
    from owners
    inner join names on names.kind = 'email' and owners.normalized_email = names.name

),

final as (

    select distinct
        owners.source_system,
        owners.anonymous_id
    from owners
    left join signed
        on
            owners.source_system = signed.source_system
            and owners.anonymous_id = signed.anonymous_id
    where
        owners.record_id is null
        and owners.normalized_email is null
        and (owners.is_erased or (owners.lead_key is null and signed.anonymous_id is not null))

)

select * from final
