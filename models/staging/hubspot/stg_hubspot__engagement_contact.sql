with

source as (

    select * from {{ source('raw_hubspot', 'engagement_contact') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'engagement_contact' as source_table,
        cast(engagement_id as varchar) as engagement_id,
        cast(contact_id as varchar) as contact_id,

        -- what
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
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
            when engagement_id is null then 'engagement_id is missing'
            when contact_id is null then 'contact_id is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
