with

source as (

    select * from {{ source('raw_pardot', 'tagged_object') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'tagged_object' as source_table,
        cast(id as varchar) as tagging_id,
        cast(tag_id as varchar) as tag_id,
        lower({{ clean_text('object_type') }}) as object_type,
        cast(object_id as varchar) as object_id,

        -- what
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        created_at as occurred_at,
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
            when tagging_id is null then 'id is missing'
            when object_id is null then 'object_id is missing'
            when occurred_at is null then 'created_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
