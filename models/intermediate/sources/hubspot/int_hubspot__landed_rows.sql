with

landed as (

    {{ landed_count(ref('stg_hubspot__contact')) }}
    union all
    {{ landed_count(ref('stg_hubspot__contact_property_history')) }}
    union all
    {{ landed_count(ref('stg_hubspot__contact_merge_audit')) }}
    union all
    {{ landed_count(ref('stg_hubspot__company')) }}
    union all
    {{ landed_count(ref('stg_hubspot__company_property_history')) }}
    union all
    {{ landed_count(ref('stg_hubspot__contact_form_submission')) }}
    union all
    {{ landed_count(ref('stg_hubspot__form')) }}
    union all
    {{ landed_count(ref('stg_hubspot__contact_list')) }}
    union all
    {{ landed_count(ref('stg_hubspot__contact_list_member')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_campaign')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_sent')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_delivered')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_open')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_click')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_bounce')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_deferred')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_dropped')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_forward')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_print')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_spam_report')) }}
    union all
    {{ landed_count(ref('stg_hubspot__email_event_status_change')) }}
    union all
    {{ landed_count(ref('stg_hubspot__deal')) }}
    union all
    {{ landed_count(ref('stg_hubspot__deal_stage')) }}
    union all
    {{ landed_count(ref('stg_hubspot__deal_pipeline')) }}
    union all
    {{ landed_count(ref('stg_hubspot__deal_pipeline_stage')) }}
    union all
    {{ landed_count(ref('stg_hubspot__deal_contact')) }}
    union all
    {{ landed_count(ref('stg_hubspot__deal_company')) }}
    union all
    {{ landed_count(ref('stg_hubspot__engagement')) }}
    union all
    {{ landed_count(ref('stg_hubspot__engagement_contact')) }}
    union all
    {{ landed_count(ref('stg_hubspot__engagement_call')) }}
    union all
    {{ landed_count(ref('stg_hubspot__engagement_email')) }}
    union all
    {{ landed_count(ref('stg_hubspot__engagement_meeting')) }}
    union all
    {{ landed_count(ref('stg_hubspot__engagement_note')) }}
    union all
    {{ landed_count(ref('stg_hubspot__engagement_task')) }}

),

final as (

    select
        source_system,
        source_table,
        rows
    from landed

)

select * from final
