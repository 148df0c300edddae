with

source as (

    select * from {{ source('raw_hubspot', 'contact_list') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'contact_list' as source_table,
        cast(id as varchar) as list_id,

        -- what; older accounts have a flag where newer ones have a type
        {{ clean_text('name') }} as list_name,
        coalesce(
            lower({{ clean_text('processing_type') }}),
            case dynamic when true then 'dynamic' when false then 'manual' end
        ) as processing_type,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        created_at,
        updated_at,
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
        case when list_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
