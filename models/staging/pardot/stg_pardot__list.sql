with

source as (

    select * from {{ source('raw_pardot', 'list') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'list' as source_table,
        cast(id as varchar) as list_id,

        -- what
        {{ clean_text('name') }} as list_name,
        case when is_dynamic then 'dynamic' else 'static' end as list_kind,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
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
