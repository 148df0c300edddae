-- Every delivery of an account, and whether its last one says that the account is deleted.
with

deliveries as (

    select * from {{ ref('stg_salesforce__account') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by salesforce_account_id, quarantine_reason is not null
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from deliveries

),

with_fate as (

    select
        *,
        bool_or(delivery_rank = 1 and is_deleted) over (
            partition by salesforce_account_id, quarantine_reason is not null
        ) as is_gone
    from ranked

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || salesforce_account_id as account_id,
        company_domain,
        normalized_domain,
        company_name,
        industry,
        employee_count,
        annual_revenue,
        country,
        extra,
        coalesce(modified_at, synced_at) as updated_at,
        delivery_rank,
        is_gone and quarantine_reason is null as is_gone,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from with_fate

)

select * from final
