with

source as (

    select * from {{ source('raw_marketo', 'lead_describe') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'lead_describe' as source_table,
        cast(id as varchar) as field_id,

        -- what
        {{ snake_case('coalesce(restname, display_name)') }} as attribute,

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
        case when field_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
