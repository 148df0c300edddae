with

source as (

    select * from {{ source('raw_hubspot', 'engagement') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'engagement' as source_table,
        cast(id as varchar) as engagement_id,

        -- what
        lower({{ clean_text('type') }}) as engagement_type,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        coalesce(timestamp, created_at) as occurred_at,
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
        case when engagement_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
