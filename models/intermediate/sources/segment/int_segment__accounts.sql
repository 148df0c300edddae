with

accounts as (

    select * from {{ ref('stg_segment__accounts') }}

),

calls as (

    select
        *,
        row_number() over (
            order by occurred_at nulls first, loaded_at nulls first, call_id, file_name, file_row
        ) as call_order
    from {{ ref('stg_segment__groups') }}
    where quarantine_reason is null

),

-- A call of group names only the traits that it sets, so the latest value of each is collected.
grouped as (

    select
        source_system,
        source_table,
        account_id,
        arg_max(company_domain, call_order) as company_domain,
        arg_max(normalized_domain, call_order) as normalized_domain,
        arg_max(company_name, call_order) as company_name,
        arg_max(industry, call_order) as industry,
        arg_max(employee_count, call_order) as employee_count,
        arg_max(annual_revenue, call_order) as annual_revenue,
        arg_max(country, call_order) as country,
        arg_max(extra, call_order) as extra,
        max(loaded_at) as updated_at
    from calls
    group by source_system, source_table, account_id

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
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from accounts
    union all
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
        cast(null as varchar) as file_name,
        cast(null as bigint) as file_row,
        cast(null as varchar) as landed_row,
        cast(null as varchar) as quarantine_reason
    from grouped
    where
        not exists (
            select 1 as is_there
            from accounts
            where accounts.account_id = grouped.account_id
        )

)

select * from final
