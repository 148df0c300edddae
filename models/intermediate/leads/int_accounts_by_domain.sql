with

accounts as (

    select * from {{ ref('int_account_deliveries') }}
    where
        intake_status = 'used'
        and normalized_domain is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by normalized_domain
            order by updated_at desc nulls last, account_id desc
        ) as domain_rank
    from accounts

),

final as (

    select
        normalized_domain,
        account_id,
        company_domain,
        company_name,
        industry,
        employee_count,
        annual_revenue,
        country,
        extra,
        updated_at
    from ranked
    where domain_rank = 1

)

select * from final
