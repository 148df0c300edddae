with

source as (

    select * from {{ source('raw_pardot', 'lifecycle_stage') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'lifecycle_stage' as source_table,
        cast(id as varchar) as stage_id,

        -- what
        lower({{ clean_text('name') }}) as stage_name,
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
        case when stage_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
