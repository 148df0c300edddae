with

kept as (

    select * from {{ ref('stg_marketo__activity_merge_leads') }}
    where quarantine_reason is null

),

listed as (

    select
        source_system,
        source_table,
        lead_id,
        unnest(merged_lead_ids) as merged_lead_id,
        removed_at as merged_at
    from kept

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || lead_id as record_id,
        source_system || ':' || merged_lead_id as merged_record_id,
        min(merged_at) as merged_at
    from listed
    group by
        source_system,
        source_table,
        lead_id,
        merged_lead_id

)

select * from final
