-- Rows of tables that only complete the rows of others.
with

combined as (

    {{ detail_rows(ref('stg_activecampaign__contact_custom_fields'), ['field_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_activecampaign__lists'), ['list_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_activecampaign__tags'), ['tag_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_activecampaign__campaigns'), ['campaign_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_activecampaign__account_contacts'), ['association_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_activecampaign__deals'), ['deal_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_activecampaign__contact_deals'), ['participation_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_activecampaign__deal_groups'), ['pipeline_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_activecampaign__scores'), ['score_id'], 'false') }}
    union all
    {{ detail_rows(ref('stg_activecampaign__score_values'), ['value_id'], 'false') }}

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
