-- Contacts on lists and contacts with tags: both say that somebody was put somewhere.
with

members as (

    select * from {{ ref('stg_activecampaign__contact_lists') }}

),

lists as (

    select
        *,
        row_number() over (
            partition by list_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__lists') }}
    where quarantine_reason is null

),

taggings as (

    select * from {{ ref('stg_activecampaign__contact_tags') }}

),

tags as (

    select
        *,
        row_number() over (
            partition by tag_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__tags') }}
    where quarantine_reason is null

),

final as (

    select
        members.source_system,
        members.source_table,
        members.source_table || ':' || members.membership_id as event_id,
        members.source_system || ':' || members.contact_id as record_id,
        concat_ws(':', 'contact_list', members.status) as platform_event,
        lower(lists.list_name) as asset,
        false as is_deleted,
        members.occurred_at,
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
    union all
    select
        taggings.source_system,
        taggings.source_table,
        taggings.source_table || ':' || taggings.tagging_id as event_id,
        taggings.source_system || ':' || taggings.contact_id as record_id,
        'contact_tag' as platform_event,
        lower(tags.tag_name) as asset,
        false as is_deleted,
        taggings.occurred_at,
        taggings.synced_at as loaded_at,
        taggings.file_path,
        taggings.file_name,
        taggings.file_row,
        taggings.landed_row,
        taggings.quarantine_reason
    from taggings
    left join tags
        on
            taggings.tag_id = tags.tag_id
            and tags.delivery_rank = 1

)

select * from final
