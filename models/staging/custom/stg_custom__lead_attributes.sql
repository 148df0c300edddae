with

source as (

    select * from {{ source('raw_custom', 'lead_attributes') }}

),

cleaned as (

    select
        -- ids
        'custom' as source_system,
        'lead_attributes' as source_table,
        {{ blank_to_null('lead_id') }} as record_id,
        lower({{ clean_text('attribute') }}) as attribute,

        -- what
        {{ clean_text('value_text') }} as value_text,
        case when isfinite(value_number) then value_number end as value_number,

        -- when
        updated_at,

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
            when record_id is null then 'lead_id is missing'
            when attribute is null then 'attribute is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
