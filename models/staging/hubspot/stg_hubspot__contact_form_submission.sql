with

source as (

    select * from {{ source('raw_hubspot', 'contact_form_submission') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'contact_form_submission' as source_table,
        cast(contact_id as varchar) as contact_id,
        {{ clean_text('form_id') }} as form_id,
        {{ clean_text('conversion_id') }} as conversion_id,

        -- what
        {{ clean_text('page_url') }} as page_url,
        {{ clean_text('title') }} as page_title,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        timestamp as submitted_at,
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
            when contact_id is null then 'contact_id is missing'
            when form_id is null then 'form_id is missing'
            when submitted_at is null then 'timestamp is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
