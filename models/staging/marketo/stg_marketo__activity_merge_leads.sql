with

source as (

    select * from {{ source('raw_marketo', 'activity_merge_leads') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'activity_merge_leads' as source_table,
        cast(id as varchar) as activity_id,
        cast(lead_id as varchar) as lead_id,

        -- what
        regexp_extract_all(merge_ids, '[0-9]+') as merged_lead_ids,

        -- when
        activity_date as removed_at,
        _fivetran_synced as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case
            when activity_id is null then 'id is missing'
            when lead_id is null then 'lead_id is missing'
            when removed_at is null then 'activity_date is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
