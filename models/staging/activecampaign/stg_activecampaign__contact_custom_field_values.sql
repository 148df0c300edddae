with

source as (

    select * from {{ source('raw_activecampaign', 'contact_custom_field_values') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'contact_custom_field_values' as source_table,
        cast(id as varchar) as value_id,
        cast(contact as varchar) as contact_id,
        cast(field as varchar) as field_id,

        -- what
        {{ clean_text('value') }} as field_value,

        -- when
        coalesce(udate, cdate) as changed_at,
        _sdc_extracted_at as synced_at,

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
            when value_id is null then 'id is missing'
            when contact_id is null then 'contact is missing'
            when field_id is null then 'field is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
