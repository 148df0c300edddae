with

deliveries as (

    select * from {{ ref('int_source_leads') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

whole as (

    select * from deliveries
    where quarantine_reason is null

),

-- Most records are landed once: only those of an id that repeats are put in order.
repeated as (

    select
        source_system,
        source_record_id
    from whole
    group by
        source_system,
        source_record_id
    having count(*) > 1

),

ranked as (

    select
        whole.*,
        row_number() over (
            partition by whole.source_system, whole.source_record_id
            order by
                whole.updated_at desc nulls last,
                whole.valid_from desc nulls last,
                whole.file_name desc,
                whole.file_row desc
        ) as delivery_rank
    from whole
    inner join repeated
        on
            whole.source_system = repeated.source_system
            and whole.source_record_id = repeated.source_record_id
    union all
    select
        whole.*,
        1 as delivery_rank
    from whole
    left join repeated
        on
            whole.source_system = repeated.source_system
            and whole.source_record_id = repeated.source_record_id
    where repeated.source_record_id is null

),

final as (

    select
        ranked.source_system,
        ranked.source_table,
        ranked.source_record_id,
        ranked.record_id,
        ranked.email,
        ranked.normalized_email,
        ranked.first_name,
        ranked.last_name,
        ranked.job_title,
        ranked.company_name,
        ranked.company_domain,
        ranked.industry,
        ranked.employee_count,
        ranked.annual_revenue,
        ranked.country,
        ranked.region,
        ranked.lead_source,
        ranked.lifecycle_stage,
        ranked.is_email_opt_out,
        ranked.extra,
        ranked.created_at,
        ranked.updated_at,
        ranked.valid_from,
        case
            when ranked.delivery_rank > 1 then 'duplicate'
            when ranked.is_deleted then 'voided'
            when ranked.created_at >= run.score_date + interval '1 day' then 'future'
            else 'used'
        end as intake_status
    from ranked
    cross join run

)

select * from final
