with

source as (

    select * from {{ source('raw_pardot', 'visitor_page_view') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'visitor_page_view' as source_table,
        cast(id as varchar) as page_view_id,
        cast(visitor_id as varchar) as visitor_id,

        -- what
        {{ url_path('url') }} as page_path,
        duration_in_seconds as duration_seconds,

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
            when page_view_id is null then 'id is missing'
            when visitor_id is null then 'visitor_id is missing'
            when occurred_at is null then 'created_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
