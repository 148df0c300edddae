with

source as (

    select * from {{ source('raw_hubspot', 'email_campaign') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'email_campaign' as source_table,
        cast(id as varchar) as email_campaign_id,
        cast(app_id as varchar) as app_id,

        -- what
        {{ clean_text('name') }} as campaign_name,
        {{ clean_text('subject') }} as subject,
        lower({{ clean_text('type') }}) as campaign_type,
        lower({{ clean_text('sub_type') }}) as campaign_sub_type,

        -- when
        _fivetran_synced as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case when email_campaign_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
