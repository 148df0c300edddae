with

source as (

    select * from {{ source('raw_activecampaign', 'contact_lists') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'contact_lists' as source_table,
        cast(id as varchar) as membership_id,
        cast(contact as varchar) as contact_id,
        cast(list as varchar) as list_id,

        -- what
        cast(status as varchar) as status,

        -- when
        case
            when status = 2 then coalesce(udate, sdate, created_timestamp)
            else coalesce(sdate, created_timestamp, udate)
        end as occurred_at,
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
            when membership_id is null then 'id is missing'
            when contact_id is null then 'contact is missing'
            when occurred_at is null then 'sdate is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
