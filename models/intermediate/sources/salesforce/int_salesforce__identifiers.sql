with

people as (

    select * from {{ ref('int_salesforce__people') }}

),

identifiers as (

    select
        source_system,
        source_table,
        record_id,
        unnest([
            identifier_type,
            'hubspot_contact_id',
            'marketo_lead_id',
            'pardot_prospect_id',
            'user_id',
            'custom_lead_id'
        ]) as identifier_type,
        unnest([
            person_id,
            hubspot_contact_id,
            marketo_lead_id,
            pardot_prospect_id,
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
