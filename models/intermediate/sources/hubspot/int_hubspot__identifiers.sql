with

contacts as (

    select * from {{ ref('int_hubspot__contacts') }}

),

as_rows as (

    select
        contacts.source_system,
        contacts.source_table,
        contacts.record_id,
        identifiers.identifier_type,
        case identifiers.identifier_type
            when 'hubspot_contact_id' then contacts.contact_id
            when 'salesforce_lead_id' then contacts.salesforce_lead_id
            when 'salesforce_contact_id' then contacts.salesforce_contact_id
            when 'marketo_lead_id' then contacts.marketo_lead_id
            when 'pardot_prospect_id' then contacts.pardot_prospect_id
            when 'user_id' then contacts.user_id
            when 'custom_lead_id' then contacts.custom_lead_id
        end as identifier_value
    from contacts
    cross join (
        values
        ('hubspot_contact_id'),
        ('salesforce_lead_id'),
        ('salesforce_contact_id'),
        ('marketo_lead_id'),
        ('pardot_prospect_id'),
        ('user_id'),
        ('custom_lead_id')
    ) as identifiers (identifier_type)

),

final as (

    select
        source_system,
        source_table,
        record_id,
        identifier_type,
        identifier_value
    from as_rows
    where identifier_value is not null

)

select * from final
