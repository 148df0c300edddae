with

deliveries as (

    select * from {{ ref('int_source_accounts') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by source_system, account_id
            order by updated_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from deliveries
    where quarantine_reason is null

),

final as (

    select
        source_system,
        source_table,
        account_id,
        company_domain,
        normalized_domain,
        company_name,
        industry,
        employee_count,
        annual_revenue,
        country,
        extra,
        updated_at,
        case when delivery_rank > 1 then 'duplicate' else 'used' end as intake_status
    from ranked

)

select * from final
