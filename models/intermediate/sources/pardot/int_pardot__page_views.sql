with

final as (

    select
        source_system,
        source_table,
        source_table || ':' || page_view_id as event_id,
        source_system || ':' || visitor_id as anonymous_id,
        'page_view' as platform_event,
        page_path as asset,
        duration_seconds,
        false as is_deleted,
        occurred_at,
        synced_at as loaded_at,
        file_path,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from {{ ref('stg_pardot__visitor_page_view') }}

)

select * from final
