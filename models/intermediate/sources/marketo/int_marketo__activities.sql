-- What people did and what was done to them: the tables differ in little but their name.
with

combined as (

    select * from {{ ref('stg_marketo__activity_visit_webpage') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_fill_out_form') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_click_link') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_send_email') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_email_delivered') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_email_bounced') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_email_bounced_soft') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_unsubscribe_email') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_open_email') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_click_email') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_add_to_list') }}
    union all by name
    select * from {{ ref('stg_marketo__activity_interesting_moment') }}
    union all by name
    select * from {{ ref('stg_marketo__activity') }}

),

final as (

    select
        source_system,
        source_table,
        source_table || ':' || activity_id as event_id,
        source_system || ':' || lead_id as record_id,
        concat_ws(':', activity_code, outcome) as platform_event,
        activity_code as platform_event_in_short,
        asset,
        campaign_id,
        mail_id,
        -- All that becomes of one mail to one person names the mail and the run that sent it.
        case
            when mail_id is not null then concat_ws(':', mail_id, campaign_run_id, lead_id)
        end as message_id,
        coalesce(is_marked_automated, false) as is_marked_automated,
        false as is_deleted,
        user_agent,
        occurred_at,
        synced_at as loaded_at,
        file_path,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from combined

)

select * from final
