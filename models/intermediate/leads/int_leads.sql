with

merged as (

    select * from {{ ref('int_merged_leads') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}

),

lead_accounts as (

    select * from {{ ref('int_lead_accounts') }}

),

privacy as (

    select * from {{ ref('int_privacy_deliveries') }}

),

free_domains as (

    select distinct {{ normalized_domain('domain') }} as email_domain
    from {{ ref('free_email_domains') }}

),

disposable_domains as (

    select distinct {{ normalized_domain('domain') }} as email_domain
    from {{ ref('disposable_email_domains') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

requests as (

    select
        lead_id,
        bool_or(request = 'erase') as is_erased
    from privacy
    where intake_status = 'used'
    group by lead_id

),

with_email_domain as (

    select
        *,
        nullif(split_part(normalized_email, '@', 2), '') as email_domain,
        {{ normalized_domain("split_part(normalized_email, '@', 2)") }} as normalized_domain
    from merged

),

with_email_type as (

    select
        with_email_domain.*,
        case
            when with_email_domain.email_domain is null then 'none'
            when disposable_domains.email_domain is not null then 'disposable'
            when free_domains.email_domain is not null then 'free'
            else 'business'
        end as email_type
    from with_email_domain
    left join free_domains on with_email_domain.normalized_domain = free_domains.email_domain
    left join disposable_domains
        on with_email_domain.normalized_domain = disposable_domains.email_domain

),

with_account_domain as (

    select
        *,
        coalesce(
            {{ normalized_domain('company_domain') }},
            case when email_type = 'business' then normalized_domain end
        ) as account_domain
    from with_email_type

),

final as (

    select
        cast(row_number() over (order by leads.lead_id) as integer) as lead_key,
        leads.lead_id,
        leads.members,
        leads.normalized_email,
        leads.email,
        leads.first_name,
        leads.last_name,
        leads.job_title,
        coalesce(leads.company_name, accounts.company_name) as company_name,
        coalesce(leads.company_domain, accounts.company_domain) as company_domain,
        coalesce(leads.industry, accounts.industry) as industry,
        coalesce(leads.employee_count, accounts.employee_count) as employee_count,
        coalesce(leads.annual_revenue, accounts.annual_revenue) as annual_revenue,
        coalesce(leads.country, accounts.country) as country,
        leads.region,
        leads.lead_source,
        leads.lifecycle_stage,
        leads.is_email_opt_out,
        leads.email_domain,
        leads.email_type,
        accounts.account_id,
        leads.created_at,
        leads.updated_at,
        case
            when
                leads.is_every_update_known
                and leads.updated_at < run.score_date + interval '1 day'
                and (
                    accounts.account_id is null
                    or accounts.updated_at < run.score_date + interval '1 day'
                )
                then 'exact'
            else 'present'
        end as attributes_as_of,
        coalesce(requests.is_erased, false) as is_erased,
        requests.lead_id is null as is_scored
    from with_account_domain as leads
    cross join run
    left join lead_accounts on leads.lead_id = lead_accounts.lead_id
    left join accounts
        on coalesce(lead_accounts.account_key, leads.account_domain) = accounts.account_key
    left join requests on leads.lead_id = requests.lead_id

)

select * from final
