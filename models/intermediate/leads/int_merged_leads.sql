{{ config(materialized='view') }}

with

members as (

    select * from {{ ref('int_lead_members') }}

),

records as (

    select * from {{ ref('int_lead_records') }}

),

priorities as (

    select * from {{ ref('int_field_priorities') }}

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

-- Where the records of one person disagree, the value of the source with priority wins, else the
-- latest; an empty value never does.
merged as (

    select
        ranked.lead_id,
        count(*) as members,
        {{ prevailing('normalized_email', priority_of='email') }} as normalized_email,
        {{ prevailing('email') }} as email,
        {{ prevailing('first_name') }} as first_name,
        {{ prevailing('last_name') }} as last_name,
        {{ prevailing('job_title') }} as job_title,
        {{ prevailing('company_name') }} as company_name,
        {{ prevailing('company_domain') }} as company_domain,
        {{ prevailing('industry') }} as industry,
        {{ prevailing('employee_count') }} as employee_count,
        {{ prevailing('annual_revenue') }} as annual_revenue,
        {{ prevailing('country') }} as country,
        {{ prevailing('region') }} as region,
        {{ prevailing('lead_source') }} as lead_source,
        {{ prevailing('lifecycle_stage') }} as lifecycle_stage,
        {{ prevailing('is_email_opt_out') }} as is_email_opt_out,
        min(ranked.created_at) as created_at,
        max(ranked.updated_at) as updated_at,
        count(ranked.updated_at) = count(*) as is_every_update_known
    from ranked
    left join priorities on ranked.source_system = priorities.source_system
    group by ranked.lead_id

),

final as (

    select * from single
    union all
    select * from merged

)

select * from final
