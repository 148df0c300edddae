-- Newer accounts list the merged contacts at the one that was kept, older ones have an audit table.
with

contacts as (

    select * from {{ ref('int_hubspot__contacts') }}
    where merged_contact_ids is not null

),

audited as (

    select * from {{ ref('stg_hubspot__contact_merge_audit') }}
    where quarantine_reason is null

),

listed as (

    select
        source_system,
        source_table,
        contact_id,
        trim(unnest(string_split(merged_contact_ids, ';'))) as merged_contact_id,
        cast(null as timestamp) as merged_at
    from contacts

),

combined as (

    select * from listed
    where merged_contact_id <> ''
    union all
    select
        source_system,
        source_table,
        contact_id,
        merged_contact_id,
        merged_at
    from audited

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || contact_id as record_id,
        source_system || ':' || merged_contact_id as merged_record_id,
        min(merged_at) as merged_at
    from combined
    group by
        source_system,
        source_table,
        contact_id,
        merged_contact_id

)

select * from final
