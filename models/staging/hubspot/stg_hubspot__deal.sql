with

source as (

    select * from {{ source('raw_hubspot', 'deal') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'deal' as source_table,
        cast(deal_id as varchar) as deal_id,
        {{ clean_text('deal_pipeline_id') }} as pipeline_id,
        {{ clean_text('deal_pipeline_stage_id') }} as stage_id,

        -- what
        {{ clean_text('property_dealname') }} as deal_name,
        {{ text_number(clean_text('property_amount')) }} as amount,
        {{ clean_text('property_closed_lost_reason') }} as lost_reason,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        property_createdate as created_at,
        property_closedate as closed_at,
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
        case when deal_id is null then 'deal_id is missing' end as quarantine_reason
    from cleaned

)

select * from final
