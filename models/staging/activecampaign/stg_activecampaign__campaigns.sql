with

source as (

    select * from {{ source('raw_activecampaign', 'campaigns') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'campaigns' as source_table,
        cast(id as varchar) as campaign_id,

        -- what
        {{ clean_text('name') }} as campaign_name,

        -- when
        _sdc_extracted_at as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case when campaign_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
