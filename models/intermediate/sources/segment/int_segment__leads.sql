with

users as (

    select * from {{ ref('stg_segment__users') }}

),

identified as (

    select * from {{ ref('int_segment__identified_users') }}

),

-- Who was identified but is not in users, as where that table is not synced.
only_identified as (

    select identified.*
    from identified
    where
        not exists (
            select 1 as is_there
            from users
            where users.user_id = identified.user_id
        )

),

people as (

    select
        users.source_system,
        users.source_table,
        users.user_id,
        users.email,
        users.normalized_email,
        users.first_name,
        users.last_name,
        users.job_title,
        users.company_name,
        users.company_domain,
        users.industry,
        users.employee_count,
        users.annual_revenue,
        users.country,
        users.region,
        users.lead_source,
        users.lifecycle_stage,
        users.is_email_opt_out,
        users.extra,
        coalesce(users.created_at, identified.first_identified_at, users.updated_at) as created_at,
        users.updated_at,
        users.file_name,
        users.file_row,
        users.landed_row,
        users.quarantine_reason
    from users
    left join identified on users.user_id = identified.user_id
    union all
    select
        source_system,
        source_table,
        user_id,
        email,
        normalized_email,
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
        extra,
        coalesce(created_at, first_identified_at, updated_at) as created_at,
        updated_at,
        cast(null as varchar) as file_name,
        cast(null as bigint) as file_row,
        cast(null as varchar) as landed_row,
        cast(null as varchar) as quarantine_reason
    from only_identified

),

final as (

    select
        -- ids
        source_system,
        source_table,
        user_id as source_record_id,
        'segment:' || user_id as record_id,

        -- who
        email,
        normalized_email,
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

        -- where they stand
        lead_source,
        lifecycle_stage,
        is_email_opt_out,
        false as is_deleted,

        -- everything else that the source has
        extra,

        -- when
        created_at,
        updated_at,

        -- where from
        file_name,
        file_row,
        landed_row,
        case
            when quarantine_reason is not null then quarantine_reason
            when created_at is null then 'created_at and received_at are both missing'
        end as quarantine_reason
    from people

)

select * from final
