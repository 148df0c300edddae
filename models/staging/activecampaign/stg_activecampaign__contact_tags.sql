with

source as (

    select * from {{ source('raw_activecampaign', 'contact_tags') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'contact_tags' as source_table,
        cast(id as varchar) as tagging_id,
        cast(contact as varchar) as contact_id,
        cast(tag as varchar) as tag_id,

        -- when
        coalesce(cdate, created_timestamp) as occurred_at,
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
            when tagging_id is null then 'id is missing'
            when contact_id is null then 'contact is missing'
            when occurred_at is null then 'cdate is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
