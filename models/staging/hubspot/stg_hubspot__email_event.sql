with

source as (

    select * from {{ source('raw_hubspot', 'email_event') }}

),

cleaned as (

    select
        -- ids; a campaign of 0 is none
        'hubspot' as source_system,
        'email_event' as source_table,
        {{ clean_text('id') }} as email_event_id,
        {{ normalized_email('recipient') }} as normalized_email,
        cast(nullif(email_campaign_id, 0) as varchar) as email_campaign_id,
        cast(app_id as varchar) as app_id,
        {{ clean_text('sent_by_id') }} as sent_event_id,
        {{ clean_text('obsoleted_by_id') }} as obsoleting_event_id,

        -- what
        lower({{ clean_text('type') }}) as event_type,
        coalesce(filtered_event, false) as is_marked_automated,

        -- when
        created as occurred_at,
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
            when email_event_id is null then 'id is missing'
            when event_type is null then 'type is missing'
            when occurred_at is null then 'created is missing'
            when normalized_email is null then 'recipient is no e-mail'
        end as quarantine_reason
    from cleaned

)

select * from final
