with

source as (

    select * from {{ source('raw_marketo', 'activity_change_data_value') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'activity_change_data_value' as source_table,
        cast(id as varchar) as activity_id,
        cast(lead_id as varchar) as lead_id,
        cast(primary_attribute_value_id as varchar) as field_id,

        -- what
        {{ snake_case('primary_attribute_value') }} as field_name,
        {{ clean_text('new_value') }} as new_value,

        -- when
        activity_date as changed_at,
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
            when activity_id is null then 'id is missing'
            when lead_id is null then 'lead_id is missing'
            when changed_at is null then 'activity_date is missing'
            when field_name is null then 'primary_attribute_value is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
