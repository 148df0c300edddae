with

owned as (

    select * from {{ ref('int_owned_records') }}

),

attributes as (

    select * from {{ ref('int_record_attributes') }}

),

counted as (

    select
        source_system,
        owner,
        count(*) as records,
        count(email) as email,
        count(first_name) as first_name,
        count(last_name) as last_name,
        count(job_title) as job_title,
        count(company_name) as company_name,
        count(company_domain) as company_domain,
        count(industry) as industry,
        count(employee_count) as employee_count,
        count(annual_revenue) as annual_revenue,
        count(country) as country,
        count(region) as region,
        count(lead_source) as lead_source,
        count(lifecycle_stage) as lifecycle_stage,
        count(is_email_opt_out) as is_email_opt_out
    from owned
    group by
        source_system,
        owner

),

shared as (

    select
        source_system,
        owner,
        attribute,
        records,
        filled
    from counted
    unpivot (
        filled for attribute in (
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
            is_email_opt_out
        )
    )

),

-- An attribute that one record of a source has is missing where the others do not have it.
known as (

    select distinct
        source_system,
        attribute
    from attributes

),

filled as (

    select
        owned.source_system,
        owned.owner,
        attributes.attribute,
        count(distinct attributes.record_id) as filled
    from attributes
    inner join owned on attributes.record_id = owned.record_id
    where attributes.value_text is not null
    group by
        owned.source_system,
        owned.owner,
        attributes.attribute

),

own as (

    select
        counted.source_system,
        counted.owner,
        known.attribute,
        counted.records,
        coalesce(filled.filled, 0) as filled
    from counted
    inner join known on counted.source_system = known.source_system
    left join filled
        on
            counted.source_system = filled.source_system
            and counted.owner = filled.owner
            and known.attribute = filled.attribute

),

-- A column that all sources share may land as an attribute too: the fuller one counts.
combined as (

    select * from shared
    union all
    select * from own

),

final as (

    select
        attribute,
        source_system,
        owner,
        cast(max(records) as bigint) as records,
        cast(max(filled) as bigint) as filled,
        max(filled) / max(records) as fill_rate
    from combined
    group by
        attribute,
        source_system,
        owner

)

select * from final
