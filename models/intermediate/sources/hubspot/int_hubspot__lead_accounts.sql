-- A contact's company is the one that HubSpot calls its primary one, else that of its last deal.
with

contacts as (

    select * from {{ ref('int_hubspot__contacts') }}
    where not is_deleted

),

deals as (

    select * from {{ ref('int_hubspot__deals') }}

),

deal_contacts as (

    select * from {{ ref('int_hubspot__deal_contacts') }}

),

deal_companies as (

    select * from {{ ref('stg_hubspot__deal_company') }}
    where
        quarantine_reason is null
        and not is_deleted

),

of_deals as (

    select
        deal_contacts.contact_id,
        deal_companies.source_table,
        deal_companies.company_id,
        row_number() over (
            partition by deal_contacts.contact_id
            order by
                deals.created_at desc nulls last,
                deals.deal_id desc,
                deal_companies.company_id desc,
                deal_companies.file_name desc,
                deal_companies.file_row desc
        ) as deal_rank
    from deal_contacts
    inner join deals on deal_contacts.deal_id = deals.deal_id
    inner join deal_companies on deals.deal_id = deal_companies.deal_id

),

final as (

    select
        contacts.source_system,
        case
            when contacts.company_id is null then of_deals.source_table else contacts.source_table
        end as source_table,
        contacts.record_id,
        contacts.source_system || ':' || coalesce(contacts.company_id, of_deals.company_id)
            as account_id
    from contacts
    left join of_deals
        on
            contacts.contact_id = of_deals.contact_id
            and of_deals.deal_rank = 1
    where coalesce(contacts.company_id, of_deals.company_id) is not null

)

select * from final
