with

source as (

    select * from {{ source('raw_pardot', 'visit') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'visit' as source_table,
        cast(id as varchar) as visit_id,

        -- what
        duration_in_seconds as duration_seconds,

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
        case when visit_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
