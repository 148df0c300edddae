with

source as (

    select * from {{ source('raw_activecampaign', 'webhook_event') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'webhook_event' as source_table,
        {{ clean_text('id') }} as webhook_event_id,
        cast(contact_id as varchar) as contact_id,
        {{ normalized_email('contact_email') }} as normalized_email,
        cast(campaign_id as varchar) as campaign_id,

        -- what
        lower({{ clean_text('type') }}) as kind,
        {{ clean_text('campaign_name') }} as campaign_name,
        {{ url_path('link_url') }} as page_path,
        {{ clean_text('coalesce(tag, list_name)') }} as subject,
        {{ clean_text('user_agent') }} as user_agent,

        -- when
        date_time as occurred_at,
        _sdc_extracted_at as synced_at,

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
            when webhook_event_id is null then 'id is missing'
            when kind is null then 'type is missing'
            when coalesce(contact_id, normalized_email) is null
                then 'contact_id and contact_email are missing'
            when occurred_at is null then 'date_time is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
