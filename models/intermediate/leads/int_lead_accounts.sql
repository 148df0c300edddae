-- The account that a platform says a lead is of; elsewhere its domain tells.
with

linked as (

    select * from {{ ref('int_source_lead_accounts') }}

),

records as (

    select * from {{ ref('int_lead_records') }}

),

members as (

    select * from {{ ref('int_lead_members') }}

),

accounts as (

    select * from {{ ref('int_account_deliveries') }}
    where intake_status = 'used'

),

ranked as (

    select
        members.lead_id,
        coalesce(accounts.normalized_domain, 'account:' || accounts.account_id) as account_key,
        row_number() over (
            partition by members.lead_id
            order by
                coalesce(records.updated_at, records.created_at) desc,
                records.record_id desc,
                accounts.account_id desc
        ) as record_rank
    from linked
    inner join records on linked.record_id = records.record_id
    inner join members on linked.record_id = members.record_id
    inner join accounts on linked.account_id = accounts.account_id

),

final as (

    select
        lead_id,
        account_key
    from ranked
    where record_rank = 1

)

select * from final
