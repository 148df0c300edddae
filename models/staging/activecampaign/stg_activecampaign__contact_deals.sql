with

source as (

    select * from {{ source('raw_activecampaign', 'contact_deals') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'contact_deals' as source_table,
        cast(id as varchar) as participation_id,
        cast(deal as varchar) as deal_id,
        cast(contact as varchar) as contact_id,

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
        case
            when participation_id is null then 'id is missing'
            when deal_id is null then 'deal is missing'
            when contact_id is null then 'contact is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
