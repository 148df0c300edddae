-- Pardot keeps no companies of its own here, but knows the account in Salesforce.
with

prospects as (

    select * from {{ ref('int_pardot__prospects') }}
    where not is_deleted

),

final as (

    select
        source_system,
        source_table,
        record_id,
        'salesforce:' || salesforce_account_id as account_id
    from prospects
    where salesforce_account_id is not null

)

select * from final
