-- A call of identify names only the traits that it sets, so the latest value of each is collected.
with

calls as (

    select
        *,
        row_number() over (
            order by occurred_at nulls first, loaded_at nulls first, call_id, file_name, file_row
        ) as call_order
    from {{ ref('stg_segment__identifies') }}
    where quarantine_reason is null and user_id is not null

),

final as (

    select
        source_system,
        source_table,
        user_id,
        arg_max(email, call_order) as email,
        arg_max(normalized_email, call_order) as normalized_email,
        arg_max(first_name, call_order) as first_name,
        arg_max(last_name, call_order) as last_name,
        arg_max(job_title, call_order) as job_title,
        arg_max(company_name, call_order) as company_name,
        arg_max(company_domain, call_order) as company_domain,
        arg_max(industry, call_order) as industry,
        arg_max(employee_count, call_order) as employee_count,
        arg_max(annual_revenue, call_order) as annual_revenue,
        arg_max(country, call_order) as country,
        arg_max(region, call_order) as region,
        arg_max(lead_source, call_order) as lead_source,
        arg_max(lifecycle_stage, call_order) as lifecycle_stage,
        arg_max(is_email_opt_out, call_order) as is_email_opt_out,
        arg_max(extra, call_order) as extra,
        min(occurred_at) as first_identified_at,
        arg_max(created_at, call_order) as created_at,
        max(loaded_at) as updated_at
    from calls
    group by source_system, source_table, user_id

)

select * from final
