with

companies as (

    select * from {{ ref('int_salesforce__companies') }}

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
    from companies
    where not is_gone

)

select * from final
