with

source as (

    select * from {{ source('raw_hubspot', 'engagement_meeting') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'engagement_meeting' as source_table,
        cast(engagement_id as varchar) as engagement_id,

        -- what; older accounts have the columns without a prefix
        {{ clean_text('coalesce(property_hs_meeting_title, title)') }} as title,
        lower({{ clean_text('coalesce(property_hs_meeting_outcome, meeting_outcome)') }})
            as outcome,
        date_diff(
            'second',
            coalesce(property_hs_meeting_start_time, start_time),
            coalesce(property_hs_meeting_end_time, end_time)
        ) as duration_seconds,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        coalesce(
            property_hs_meeting_start_time,
            start_time,
            property_hs_timestamp,
            property_hs_createdate
        ) as occurred_at,
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
