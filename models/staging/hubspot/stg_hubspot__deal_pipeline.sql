with

source as (

    select * from {{ source('raw_hubspot', 'deal_pipeline') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'deal_pipeline' as source_table,
        {{ clean_text('pipeline_id') }} as pipeline_id,

        -- what
        {{ clean_text('label') }} as pipeline_name,
        coalesce(active, false) as is_active,
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
        case when pipeline_id is null then 'pipeline_id is missing' end as quarantine_reason
    from cleaned

)

select * from final
