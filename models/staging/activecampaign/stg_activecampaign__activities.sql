with

source as (

    select * from {{ source('raw_activecampaign', 'activities') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'activities' as source_table,
        cast(id as varchar) as activity_id,
        cast(subscriberid as varchar) as contact_id,
        {{ json_text('json_data', 'campaignid') }} as campaign_id,

        -- what
        lower({{ clean_text('reference_type') }}) as reference_type,
        lower({{ clean_text('reference_action') }}) as reference_action,
        {{ url_path(json_text('json_data', 'url')) }} as page_path,

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
            when activity_id is null then 'id is missing'
            when contact_id is null then 'subscriberid is missing'
            when reference_type is null then 'reference_type is missing'
            when occurred_at is null then 'tstamp is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
