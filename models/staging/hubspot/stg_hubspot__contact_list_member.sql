with

source as (

    select * from {{ source('raw_hubspot', 'contact_list_member') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'contact_list_member' as source_table,
        cast(contact_list_id as varchar) as list_id,
        cast(contact_id as varchar) as contact_id,

        -- what
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        added_at,
        _fivetran_synced as synced_at,

        -- where from
        _path as file_path,
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case
            when list_id is null then 'contact_list_id is missing'
            when contact_id is null then 'contact_id is missing'
            when added_at is null then 'added_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
