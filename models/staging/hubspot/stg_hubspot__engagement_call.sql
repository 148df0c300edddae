with

source as (

    select * from {{ source('raw_hubspot', 'engagement_call') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'engagement_call' as source_table,
        cast(engagement_id as varchar) as engagement_id,

        -- what
        {{ clean_text('property_hs_call_title') }} as title,
        lower({{ clean_text('property_hs_call_status') }}) as outcome,
        case when isfinite(property_hs_call_duration) then property_hs_call_duration / 1000 end
            as duration_seconds,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        coalesce(property_hs_timestamp, property_hs_createdate) as occurred_at,
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
        case when engagement_id is null then 'engagement_id is missing' end as quarantine_reason
    from cleaned

)

select * from final
