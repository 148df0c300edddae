-- What sales did with a person, or is to do. A row about no person waits, as all such events do.
with

tasks as (

    select * from {{ ref('stg_salesforce__task') }}

),

calendar as (

    select * from {{ ref('stg_salesforce__event') }}

),

combined as (

    select
        source_system,
        source_table,
        task_id as activity_id,
        person_id,
        case when is_done then 'task' else 'open_task' end as platform_table,
        kind,
        subject,
        duration_seconds,
        is_deleted,
        case when is_done then finished_at else coalesce(created_at, finished_at) end
            as occurred_at,
        synced_at,
        file_path,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from tasks
    union all
    select
        source_system,
        source_table,
        entry_id as activity_id,
        person_id,
        'event' as platform_table,
        kind,
        subject,
        duration_seconds,
        -- A colleague's copy of an entry is not another meeting.
        is_deleted or is_copy as is_deleted,
        occurred_at,
        synced_at,
        file_path,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from calendar

),

final as (

    select
        source_system,
        source_table,
        source_table || ':' || activity_id as event_id,
        source_system || ':' || person_id as record_id,
        concat_ws(':', platform_table, kind) as platform_event,
        concat_ws(':', platform_table, kind) as platform_event_in_short,
        lower(subject) as asset,
        cast(null as varchar) as campaign,
        case when duration_seconds >= 0 then duration_seconds end as duration_seconds,
        is_deleted,
        occurred_at,
        -- What is planned is known before it takes place: that is no wrong clock.
        greatest(synced_at, occurred_at) as loaded_at,
        file_path,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from combined

)

select * from final
