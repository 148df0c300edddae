with

source as (

    select * from {{ source('raw_activecampaign', 'tags') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'tags' as source_table,
        cast(id as varchar) as tag_id,

        -- what
        {{ clean_text('tag') }} as tag_name,

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
        case when tag_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
