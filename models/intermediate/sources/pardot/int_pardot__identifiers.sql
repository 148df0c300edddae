with

prospects as (

    select * from {{ ref('int_pardot__prospects') }}

),

identifiers as (

    select
        source_system,
        source_table,
        record_id,
        unnest(['pardot_prospect_id', 'salesforce_lead_id', 'salesforce_contact_id'])
            as identifier_type,
        unnest([prospect_id, salesforce_lead_id, salesforce_contact_id]) as identifier_value
    from prospects

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
