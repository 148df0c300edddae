-- Rows of tables that only complete the rows of others.
with

combined as (

    {{ detail_rows(ref('stg_pardot__visitor'), ['visitor_id']) }}
    union all
    {{ detail_rows(ref('stg_pardot__visit'), ['visit_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_pardot__campaign'), ['campaign_id']) }}
    union all
    {{ detail_rows(ref('stg_pardot__list'), ['list_id']) }}
    union all
    {{ detail_rows(ref('stg_pardot__tag'), ['tag_id']) }}
    union all
    {{ detail_rows(ref('stg_pardot__opportunity'), ['opportunity_id']) }}
    union all
    {{ detail_rows(ref('stg_pardot__opportunity_prospect'), ['opportunity_id', 'prospect_id']) }}
    union all
    {{ detail_rows(ref('stg_pardot__lifecycle_stage'), ['stage_id']) }}
    union all
    {{ detail_rows(ref('stg_pardot__lifecycle_history'), ['change_id'], 'false') }}

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
