-- Marketo marks nobody as deleted: only its activities tell who was deleted, or merged away.
with

merged as (

    select * from {{ ref('int_marketo__merges') }}

),

deletions as (

    select * from {{ ref('stg_marketo__activity_delete_lead') }}
    where quarantine_reason is null

),

combined as (

    select
        source_system || ':' || lead_id as record_id,
        removed_at
    from deletions
    union all
    select
        merged_record_id as record_id,
        merged_at as removed_at
    from merged
    where record_id <> merged_record_id

),

final as (

    select
        record_id,
        max(removed_at) as removed_at
    from combined
    group by record_id

)

select * from final
