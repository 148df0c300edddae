{{ config(materialized='view') }}

with

members as (

    select * from {{ ref('int_lead_members') }}

),

records as (

    select * from {{ ref('int_lead_records') }}

),

joined as (

    select
        members.lead_id,
        members.members,
        records.*
    from records
    inner join members on records.record_id = members.record_id

),

-- Most people have one record, and nothing to decide.
single as (

    select
        lead_id,
        members,
        normalized_email,
        email,
        first_name,
        last_name,
        job_title,
        company_name,
        company_domain,
        industry,
        employee_count,
        annual_revenue,
        country,
        region,
        lead_source,
        lifecycle_stage,
        is_email_opt_out,
        created_at,
        updated_at,
        updated_at is not null as is_every_update_known
    from joined
    where members = 1

),

-- The larger the rank, the later the record was changed.
ranked as (

    select
        *,
        row_number() over (
            partition by lead_id
            order by coalesce(updated_at, created_at), record_id
        ) as recency
    from joined
    where members > 1

),

-- Where the records of one person disagree, the latest value that is not empty wins.
merged as (

    select
        lead_id,
        count(*) as members,
        min(normalized_email) as normalized_email,
        max_by(email, recency) as email,
        max_by(first_name, recency) as first_name,
        max_by(last_name, recency) as last_name,
        max_by(job_title, recency) as job_title,
        max_by(company_name, recency) as company_name,
        max_by(company_domain, recency) as company_domain,
        max_by(industry, recency) as industry,
        max_by(employee_count, recency) as employee_count,
        max_by(annual_revenue, recency) as annual_revenue,
        max_by(country, recency) as country,
        max_by(region, recency) as region,
        max_by(lead_source, recency) as lead_source,
        max_by(lifecycle_stage, recency) as lifecycle_stage,
        max_by(is_email_opt_out, recency) as is_email_opt_out,
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        count(updated_at) = count(*) as is_every_update_known
    from ranked
    group by lead_id

),

final as (

    select * from single
    union all
    select * from merged

)

select * from final
