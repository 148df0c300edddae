with

source as (

    select * from {{ source('raw_pardot', 'lifecycle_history') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'lifecycle_history' as source_table,
        cast(id as varchar) as change_id,
        cast(prospect_id as varchar) as prospect_id,
        cast(next_stage_id as varchar) as stage_id,

        -- when
        created_at as changed_at,
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
            when change_id is null then 'id is missing'
            when prospect_id is null then 'prospect_id is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
