with

source as (

    select * from {{ source('raw_marketo', 'activity_change_status_in_progression') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'activity_change_status_in_progression' as source_table,
        cast(id as varchar) as activity_id,
        cast(lead_id as varchar) as lead_id,
        cast(primary_attribute_value_id as varchar) as program_id,

        -- what
        {{ clean_text('primary_attribute_value') }} as program_name,
        lower({{ clean_text('new_status') }}) as status,

        -- when
        activity_date as occurred_at,
        _fivetran_synced as synced_at,

        -- where from
        _path as file_path,
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
            when occurred_at is null then 'activity_date is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
