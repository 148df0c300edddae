-- A status that a person reached in a program is one event, whichever table tells of it.
with

programs as (

    select
        *,
        row_number() over (
            partition by program_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_marketo__program') }}
    where quarantine_reason is null

),

combined as (

    select * from {{ ref('stg_marketo__activity_change_status_in_progression') }}
    union all by name
    select * from {{ ref('stg_marketo__program_membership') }}

),

final as (

    select
        combined.source_system,
        combined.source_table,
        concat_ws(':', 'program', combined.program_id, combined.lead_id, combined.status)
            as event_id,
        combined.source_system || ':' || combined.lead_id as record_id,
        concat_ws(':', '104', combined.status, programs.channel) as platform_event,
        concat_ws(':', '104', combined.status) as platform_event_in_short,
        lower(coalesce(programs.program_name, combined.program_name)) as asset,
        lower(coalesce(programs.program_name, combined.program_name)) as campaign,
        false as is_marked_automated,
        coalesce(combined.is_deleted, false) as is_deleted,
        combined.occurred_at,
        combined.synced_at as loaded_at,
        combined.file_path,
        combined.file_name,
        combined.file_row,
        combined.landed_row,
        combined.quarantine_reason
    from combined
    left join programs
        on
            combined.program_id = programs.program_id
            and programs.delivery_rank = 1

)

select * from final
