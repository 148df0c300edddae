with

accounts as (

    select
        *,
        coalesce(normalized_domain, 'account:' || account_id) as account_key
    from {{ ref('int_account_deliveries') }}
    where intake_status = 'used'

),

-- Records of one domain are one account; one without a domain stands alone.
ranked as (

    select
        *,
        row_number() over (
            partition by account_key
            order by updated_at desc nulls last, account_id desc
        ) as record_rank
    from accounts

),

final as (

    select
        account_key,
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
    where record_rank = 1

)

select * from final
