with

source as (

    select * from {{ source('raw_salesforce', 'lead_history') }}

),

cleaned as (

    select
        -- ids
        'salesforce' as source_system,
        'lead_history' as source_table,
        {{ clean_text('id') }} as change_id,
        {{ clean_text('coalesce(lead_id, id)') }} as person_id,

        -- what; a version tells one value of the record, a change names its field
        lower(coalesce({{ clean_text('field') }}, 'status')) as field_name,
        {{ clean_text('case when field is null then status else new_value end') }} as new_value,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        coalesce(_fivetran_start, created_date) as changed_at,
        coalesce(_fivetran_start, _fivetran_synced) as synced_at,

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
            when changed_at is null then 'created_date is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
