with

source as (

    select * from {{ source('raw_pardot', 'visitor') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'visitor' as source_table,
        cast(id as varchar) as visitor_id,
        cast(prospect_id as varchar) as prospect_id,

        -- what
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        coalesce(updated_at, created_at) as identified_at,
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
        case when visitor_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
