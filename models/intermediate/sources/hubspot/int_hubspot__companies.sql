-- Every delivery of a company, and whether its last one says that the company is deleted.
with

deliveries as (

    select * from {{ ref('stg_hubspot__company') }}

),

changes as (

    select
        company_id,
        max(changed_at) as changed_at
    from {{ ref('stg_hubspot__company_property_history') }}
    where quarantine_reason is null
    group by company_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by company_id, quarantine_reason is not null
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from deliveries

),

with_fate as (

    select
        *,
        bool_or(delivery_rank = 1 and is_deleted) over (
            partition by company_id, quarantine_reason is not null
        ) as is_gone
    from ranked

),

final as (

    select
        with_fate.source_system,
        with_fate.source_table,
        with_fate.source_system || ':' || with_fate.company_id as account_id,
        with_fate.company_domain,
        with_fate.normalized_domain,
        with_fate.company_name,
        with_fate.industry,
        with_fate.employee_count,
        with_fate.annual_revenue,
        with_fate.country,
        with_fate.extra,
        coalesce(with_fate.modified_at, changes.changed_at, with_fate.synced_at) as updated_at,
        with_fate.delivery_rank,
        with_fate.is_gone and with_fate.quarantine_reason is null as is_gone,
        with_fate.file_name,
        with_fate.file_row,
        with_fate.landed_row,
        with_fate.quarantine_reason
    from with_fate
    left join changes on with_fate.company_id = changes.company_id

)

select * from final
