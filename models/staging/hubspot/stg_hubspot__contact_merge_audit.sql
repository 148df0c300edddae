with

source as (

    select * from {{ source('raw_hubspot', 'contact_merge_audit') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'contact_merge_audit' as source_table,
        cast(canonical_vid as varchar) as contact_id,
        cast(vid_to_merge as varchar) as merged_contact_id,

        -- when
        timestamp as merged_at,
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
            when contact_id is null then 'canonical_vid is missing'
            when merged_contact_id is null then 'vid_to_merge is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
