with

source as (

    select * from {{ source('raw_salesforce', 'task') }}

),

cleaned as (

    select
        -- ids
        'salesforce' as source_system,
        'task' as source_table,
        {{ clean_text('id') }} as task_id,
        {{ clean_text('who_id') }} as person_id,

        -- what; the subtype says no more than the table unless it is a call or an e-mail
        {{ clean_text('subject') }} as subject,
        lower(
            coalesce(
                nullif({{ clean_text('task_subtype') }}, 'Task'),
                {{ clean_text('type') }},
                'other'
            )
        ) as kind,
        coalesce(is_closed, lower({{ clean_text('status') }}) = 'completed', false) as is_done,
        call_duration_in_seconds as duration_seconds,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        coalesce(completed_date_time, activity_date, created_date) as finished_at,
        created_date as created_at,
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
            when task_id is null then 'id is missing'
            when coalesce(finished_at, created_at) is null then 'created_date is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
