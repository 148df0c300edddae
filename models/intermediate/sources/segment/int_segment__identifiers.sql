with

people as (

    select
        source_system,
        source_table,
        user_id,
        hubspot_contact_id,
        salesforce_lead_id,
        salesforce_contact_id,
        marketo_lead_id,
        pardot_prospect_id,
        custom_lead_id
    from {{ ref('stg_segment__users') }}
    where quarantine_reason is null
    union all
    select
        source_system,
        source_table,
        user_id,
        hubspot_contact_id,
        salesforce_lead_id,
        salesforce_contact_id,
        marketo_lead_id,
        pardot_prospect_id,
        custom_lead_id
    from {{ ref('stg_segment__identifies') }}
    where quarantine_reason is null

),

-- People whom only events name are records too, if bare ones.
named as (

    select
        source_system,
        source_table,
        user_id
    from {{ ref('stg_segment__tracks') }}
    where quarantine_reason is null
    union all
    select
        source_system,
        source_table,
        user_id
    from {{ ref('stg_segment__pages') }}
    where quarantine_reason is null
    union all
    select
        source_system,
        source_table,
        user_id
    from {{ ref('stg_segment__groups') }}
    where quarantine_reason is null

),

identifiers as (

    select
        source_system,
        source_table,
        user_id,
        unnest([
            'user_id',
            'hubspot_contact_id',
            'salesforce_lead_id',
            'salesforce_contact_id',
            'marketo_lead_id',
            'pardot_prospect_id',
            'custom_lead_id'
        ]) as identifier_type,
        unnest([
            user_id,
            hubspot_contact_id,
            salesforce_lead_id,
            salesforce_contact_id,
            marketo_lead_id,
            pardot_prospect_id,
            custom_lead_id
        ]) as identifier_value
    from people
    union all
    select
        source_system,
        source_table,
        user_id,
        'user_id' as identifier_type,
        user_id as identifier_value
    from named

),

final as (

    select distinct
        source_system,
        source_table,
        'segment:' || user_id as record_id,
        identifier_type,
        identifier_value
    from identifiers
    where user_id is not null and identifier_value is not null

)

select * from final
