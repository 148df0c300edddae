with

source as (

    select * from {{ source('raw_salesforce', 'event') }}

),

cleaned as (

    select
        -- ids
        'salesforce' as source_system,
        'event' as source_table,
        {{ clean_text('id') }} as entry_id,
        {{ clean_text('who_id') }} as person_id,

        -- what
        {{ clean_text('subject') }} as subject,
        lower(
            coalesce(
                {{ clean_text('type') }},
                nullif({{ clean_text('event_subtype') }}, 'Event'),
                'other'
            )
        ) as kind,
        coalesce(is_child, false) as is_copy,
        60 * duration_in_minutes as duration_seconds,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        coalesce(start_date_time, activity_date_time, activity_date, created_date) as occurred_at,
        coalesce(_fivetran_start, _fivetran_synced) as synced_at,

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
            when entry_id is null then 'id is missing'
            when occurred_at is null then 'start_date_time is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
