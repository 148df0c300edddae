with

source as (

    select * from {{ source('raw_hubspot', 'deal_stage') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'deal_stage' as source_table,
        cast(deal_id as varchar) as deal_id,
        {{ clean_text('value') }} as stage_id,

        -- when
        coalesce(date_entered, _fivetran_start) as entered_at,
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
        case
            when deal_id is null then 'deal_id is missing'
            when stage_id is null then 'value is missing'
            when entered_at is null then 'date_entered is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
