with

source as (

    select * from {{ source('raw_hubspot', 'email_event_dropped') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'email_event_dropped' as source_table,
        {{ clean_text('id') }} as email_event_id,

        -- what
        lower({{ clean_text('drop_reason') }}) as drop_reason,
        {{ clean_text('drop_message') }} as drop_message,
        {{ clean_text('subject') }} as subject,

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
        case when email_event_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
