with

source as (

    select * from {{ source('raw_pardot', 'visitor_activity') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'visitor_activity' as source_table,
        cast(id as varchar) as visitor_activity_id,
        cast(prospect_id as varchar) as prospect_id,
        cast(visitor_id as varchar) as visitor_id,
        cast(campaign_id as varchar) as campaign_id,
        cast(coalesce(email_id, list_email_id, email_template_id) as varchar) as mail_id,
        cast(visit_id as varchar) as visit_id,

        -- what
        cast(type as varchar) as activity_code,
        lower({{ clean_text('type_name') }}) as kind,
        {{ clean_text('details') }} as details,

        -- when
        created_at as occurred_at,
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
            when visitor_activity_id is null then 'id is missing'
            when activity_code is null then 'type is missing'
            when coalesce(prospect_id, visitor_id) is null
                then 'prospect_id and visitor_id are missing'
            when occurred_at is null then 'created_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
