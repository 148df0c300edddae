-- The company that Marketo has from another system, else the account that it knows in Salesforce.
with

people as (

    select * from {{ ref('int_marketo__people') }}
    where
        delivery_rank = 1
        and quarantine_reason is null
        and not is_deleted

),

final as (

    select
        source_system,
        source_table,
        record_id,
        coalesce(
            source_system || ':' || external_company_id,
            'salesforce:' || salesforce_account_id
        ) as account_id
    from people
    where coalesce(external_company_id, salesforce_account_id) is not null

)

select * from final
