{{ config(materialized='view') }}

with

members as (

    select * from {{ ref('int_lead_members') }}

),

records as (

    select * from {{ ref('int_lead_records') }}

),

-- The larger the rank, the later the record was changed.
ranked as (

    select
        members.lead_id,
        records.*,
        row_number() over (
            partition by members.lead_id
            order by coalesce(records.updated_at, records.created_at), records.record_id
        ) as recency
    from records
    inner join members on records.record_id = members.record_id

),

-- Where the records of one person disagree, the latest value that is not empty wins.
final as (

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

)

select * from final
