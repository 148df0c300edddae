with

source as (

    select * from {{ source('raw_hubspot', 'deal_pipeline_stage') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'deal_pipeline_stage' as source_table,
        {{ clean_text('stage_id') }} as stage_id,
        {{ clean_text('pipeline_id') }} as pipeline_id,

        -- what
        {{ clean_text('label') }} as stage_name,
        coalesce(closed_won, false) as is_closed_won,
        coalesce(is_closed, false) as is_closed,
        case when isfinite(probability) then probability end as probability,
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
        case when stage_id is null then 'stage_id is missing' end as quarantine_reason
    from cleaned

)

select * from final
