-- Rows of tables that only complete the rows of others.
with

combined as (

    {{ detail_rows(
        ref('stg_hubspot__contact_merge_audit'), ['contact_id', 'merged_contact_id'], 'false'
    ) }}
    union all
    {{ detail_rows(
        ref('stg_hubspot__company_property_history'), ['company_id', 'property_name', 'changed_at'], 'false'
    ) }}
    union all
    {{ detail_rows(ref('stg_hubspot__form'), ['form_id']) }}
    union all
    {{ detail_rows(ref('stg_hubspot__contact_list'), ['list_id']) }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_campaign'), ['app_id', 'email_campaign_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_sent'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_delivered'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_open'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_click'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_bounce'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_deferred'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_dropped'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_forward'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_print'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_spam_report'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__email_event_status_change'), ['email_event_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_hubspot__deal'), ['deal_id']) }}
    union all
    {{ detail_rows(
        ref('stg_hubspot__deal_stage'), ['deal_id', 'stage_id', 'entered_at'], 'false'
    ) }}
    union all
    {{ detail_rows(ref('stg_hubspot__deal_pipeline'), ['pipeline_id']) }}
    union all
    {{ detail_rows(ref('stg_hubspot__deal_pipeline_stage'), ['stage_id']) }}
    union all
    {{ detail_rows(
        ref('stg_hubspot__deal_contact'), ['deal_id', 'contact_id', 'association_type_id']
    ) }}
    union all
    {{ detail_rows(
        ref('stg_hubspot__deal_company'), ['deal_id', 'company_id', 'association_type_id']
    ) }}
    union all
    {{ detail_rows(ref('stg_hubspot__engagement'), ['engagement_id']) }}
    union all
    {{ detail_rows(ref('stg_hubspot__engagement_call'), ['engagement_id']) }}
    union all
    {{ detail_rows(ref('stg_hubspot__engagement_email'), ['engagement_id']) }}
    union all
    {{ detail_rows(ref('stg_hubspot__engagement_meeting'), ['engagement_id']) }}
    union all
    {{ detail_rows(ref('stg_hubspot__engagement_note'), ['engagement_id']) }}
    union all
    {{ detail_rows(ref('stg_hubspot__engagement_task'), ['engagement_id']) }}

),

final as (

    select
        source_system,
        source_table,
        detail_id,
        synced_at,
        is_deleted,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from combined

)

select * from final
