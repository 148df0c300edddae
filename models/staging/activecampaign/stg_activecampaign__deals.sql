with

source as (

    select * from {{ source('raw_activecampaign', 'deals') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'deals' as source_table,
        cast(id as varchar) as deal_id,
        cast(contact as varchar) as contact_id,
        cast("group" as varchar) as pipeline_id,

        -- what
        case status
            when 1 then 'won'
            when 2 then 'lost'
            else 'open'
        end as status,
        {{ text_number(clean_text('value')) }} / 100 as amount,

        -- when
        cdate as created_at,
        case when status in (1, 2) then coalesce(edate, mdate) end as closed_at,
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
        case when deal_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
