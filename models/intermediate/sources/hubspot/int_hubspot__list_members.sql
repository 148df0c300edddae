with

members as (

    select * from {{ ref('stg_hubspot__contact_list_member') }}

),

lists as (

    select
        *,
        row_number() over (
            partition by list_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_hubspot__contact_list') }}
    where quarantine_reason is null

),

final as (

    select
        members.source_system,
        members.source_table,
        concat_ws(':', members.source_table, members.list_id, members.contact_id) as event_id,
        members.source_system || ':' || members.contact_id as record_id,
        cast(null as varchar) as normalized_email,
        concat_ws(':', 'list_membership', lists.processing_type) as platform_event,
        lower(lists.list_name) as asset,
        cast(null as varchar) as campaign,
        cast(null as varchar) as message_id,
        cast(null as double) as duration_seconds,
        false as is_marked_automated,
        members.is_deleted,
        cast(null as varchar) as user_agent,
        members.added_at as occurred_at,
        members.synced_at as loaded_at,
        members.file_path,
        members.file_name,
        members.file_row,
        members.landed_row,
        members.quarantine_reason
    from members
    left join lists
        on
            members.list_id = lists.list_id
            and lists.delivery_rank = 1

)

select * from final
