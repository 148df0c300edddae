with

source as (

    select * from {{ source('raw_activecampaign', 'contact_custom_fields') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'contact_custom_fields' as source_table,
        cast(id as varchar) as field_id,

        -- what
        {{ snake_case("coalesce(nullif(trim(perstag, ' %'), ''), title)") }} as field_name,
        lower({{ clean_text('type') }}) as field_type,

        -- when
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
        case when field_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
