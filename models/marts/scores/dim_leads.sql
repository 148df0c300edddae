with

leads as (

    select * from {{ ref('int_leads') }}

),

job_titles as (

    select * from {{ ref('int_job_titles') }}

),

country_regions as (

    select * from {{ ref('int_country_regions') }}

),

final as (

    select
        leads.lead_id,
        leads.normalized_email as email,
        leads.email_domain,
        leads.email_type,
        leads.first_name,
        leads.last_name,
        leads.job_title,
        job_titles.seniority,
        job_titles.department,
        leads.account_id,
        leads.company_name,
        leads.company_domain,
        leads.industry,
        leads.employee_count,
        leads.annual_revenue,
        leads.country,
        coalesce(leads.region, country_regions.region) as region,
        leads.lead_source,
        leads.lifecycle_stage,
        leads.is_email_opt_out,
        leads.members,
        leads.attributes_as_of,
        leads.created_at,
        leads.updated_at
    from leads
    left join job_titles on lower(leads.job_title) = job_titles.job_title
    left join country_regions on lower(leads.country) = country_regions.name
    where leads.is_scored

)

select * from final
