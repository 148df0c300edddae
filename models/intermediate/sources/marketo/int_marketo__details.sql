-- Rows of tables that only complete the rows of others.
with

combined as (

    {{ detail_rows(ref('stg_marketo__lead_describe'), ['field_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_marketo__program'), ['program_id']) }}
    union all
    {{ detail_rows(ref('stg_marketo__campaign'), ['campaign_id']) }}
    union all
    {{
        detail_rows(
            ref('stg_marketo__email_template_history'), ['mail_id', 'modified_at'], 'false'
        )
    }}
    union all
    {{ detail_rows(ref('stg_marketo__opportunity'), ['opportunity_id']) }}
    union all
    {{ detail_rows(ref('stg_marketo__opportunity_role'), ['opportunity_id', 'lead_id']) }}
    union all
    {{ detail_rows(ref('stg_marketo__activity_change_score'), ['activity_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_marketo__activity_delete_lead'), ['activity_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_marketo__activity_merge_leads'), ['activity_id'], 'false') }}

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
