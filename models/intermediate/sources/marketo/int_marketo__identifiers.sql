with

people as (

    select * from {{ ref('int_marketo__people') }}
    where
        delivery_rank = 1
        and quarantine_reason is null

),

identifiers as (

    select
        source_system,
        source_table,
        record_id,
        unnest([
            'marketo_lead_id',
            'salesforce_lead_id',
            'salesforce_contact_id',
            'hubspot_contact_id',
            'user_id',
            'custom_lead_id'
        ]) as identifier_type,
        unnest([
            marketo_lead_id,
            salesforce_lead_id,
            salesforce_contact_id,
            hubspot_contact_id,
            user_id,
            custom_lead_id
        ]) as identifier_value
    from people

),

final as (

    select
        source_system,
        source_table,
        record_id,
        identifier_type,
        identifier_value
    from identifiers
    where identifier_value is not null

)

select * from final
