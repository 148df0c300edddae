with

source as (

    select * from {{ source('raw_hubspot', 'contact_property_history') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'contact_property_history' as source_table,
        cast(contact_id as varchar) as contact_id,
        lower({{ clean_text('name') }}) as property_name,

        -- what
        {{ clean_text('value') }} as property_value,
        lower({{ clean_text('source') }}) as change_source,

        -- when
        timestamp as changed_at,
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
            when contact_id is null then 'contact_id is missing'
            when property_name is null then 'name is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
