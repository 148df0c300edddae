with

source as (

    select * from {{ source('raw_hubspot', 'form') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'form' as source_table,
        {{ clean_text('guid') }} as form_id,

        -- what
        {{ clean_text('name') }} as form_name,
        lower({{ clean_text('form_type') }}) as form_type,
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
        case when form_id is null then 'guid is missing' end as quarantine_reason
    from cleaned

)

select * from final
