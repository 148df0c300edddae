-- A contact's account is its own; that of a lead is the one that its conversion made or chose.
with

people as (

    select * from {{ ref('int_salesforce__people') }}
    where not is_deleted

),

final as (

    select
        source_system,
        source_table,
        record_id,
        source_system || ':' || salesforce_account_id as account_id
    from people
    where salesforce_account_id is not null

)

select * from final
