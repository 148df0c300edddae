{{ config(materialized='view') }}

-- Visitors whose unsigned rows belong to people who asked to be erased or not to be scored.
with

owners as (

    select * from {{ ref('int_identity_owners') }}
    where anonymous_id is not null

),

identities as (

    select * from {{ ref('int_source_identities') }}
    where quarantine_reason is null

),

names as (

    select * from {{ ref('int_requested_names') }}

),

-- Of people who are no longer leads, only what was once signed tells.
signed as (

    select
        source_system,
        anonymous_id,
        record_id,
        normalized_email
    from owners
    where coalesce(record_id, normalized_email) is not null
    union
    select
        source_system,
        anonymous_id,
        record_id,
        normalized_email
    from identities
    where coalesce(record_id, normalized_email) is not null

),

signed_by as (

    select
        signed.source_system,
        signed.anonymous_id,
        bool_and(coalesce(records.name, emails.name) is not null) as is_nobody_else,
        bool_and(coalesce(records.is_erased or emails.is_erased, false)) as is_erased
    from signed
    left join names as records on records.kind = 'record' and signed.record_id = records.name
    left join names as emails on emails.kind = 'email' and signed.normalized_email = emails.name
    group by
        signed.source_system,
        signed.anonymous_id

),

final as (

    select
        owners.source_system,
        owners.anonymous_id,
        bool_or(coalesce(owners.is_erased, signed_by.is_erased)) as is_erased
    from owners
    left join signed_by
        on
            owners.source_system = signed_by.source_system
            and owners.anonymous_id = signed_by.anonymous_id
    where
        owners.record_id is null
        and owners.normalized_email is null
        and (not owners.is_scored or (owners.lead_key is null and signed_by.is_nobody_else))
    group by
        owners.source_system,
        owners.anonymous_id

)

select * from final
