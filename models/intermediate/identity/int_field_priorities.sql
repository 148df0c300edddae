-- One row for each source: how far ahead of the others each of its fields is. Lower wins; fields
-- that the seed does not name come last, all alike.
with

priorities as (

    select
        lower({{ clean_text('field') }}) as field,
        lower({{ clean_text('source_system') }}) as source_system,
        priority
    from {{ ref('field_priorities') }}

),

final as (

    select
        source_system,
        max(-priority) filter (where field = 'email') as email,
        max(-priority) filter (where field = 'first_name') as first_name,
        max(-priority) filter (where field = 'last_name') as last_name,
        max(-priority) filter (where field = 'job_title') as job_title,
        max(-priority) filter (where field = 'company_name') as company_name,
        max(-priority) filter (where field = 'company_domain') as company_domain,
        max(-priority) filter (where field = 'industry') as industry,
        max(-priority) filter (where field = 'employee_count') as employee_count,
        max(-priority) filter (where field = 'annual_revenue') as annual_revenue,
        max(-priority) filter (where field = 'country') as country,
        max(-priority) filter (where field = 'region') as region,
        max(-priority) filter (where field = 'lead_source') as lead_source,
        max(-priority) filter (where field = 'lifecycle_stage') as lifecycle_stage,
        max(-priority) filter (where field = 'is_email_opt_out') as is_email_opt_out
    from priorities
    group by source_system

)

select * from final
