with

source as (

    select * from {{ source('raw_activecampaign', 'bounce_logs') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'bounce_logs' as source_table,
        cast(id as varchar) as bounce_id,
        cast(coalesce(contact, subscriberid) as varchar) as contact_id,
        {{ normalized_email('email') }} as normalized_email,
        cast(campaignid as varchar) as campaign_id,

        -- when
        tstamp as occurred_at,
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
            when bounce_id is null then 'id is missing'
            when coalesce(contact_id, normalized_email) is null then 'contact and email are missing'
            when occurred_at is null then 'tstamp is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
