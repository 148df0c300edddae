-- Rows of tables that only complete the rows of others.
with

combined as (

    {{ detail_rows(ref('stg_salesforce__campaign'), ['campaign_id']) }}
    union all
    {{ detail_rows(ref('stg_salesforce__opportunity'), ['opportunity_id']) }}
    union all
    {{ detail_rows(ref('stg_salesforce__opportunity_history'), ['change_id', 'changed_at']) }}
    union all
    {{ detail_rows(ref('stg_salesforce__opportunity_contact_role'), ['role_id']) }}

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
