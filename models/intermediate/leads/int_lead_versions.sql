with

deliveries as (

    select * from {{ ref('int_source_leads') }}
    where
        valid_from is not null
        and quarantine_reason is null

),

present as (

    select * from {{ ref('int_lead_deliveries') }}
    where intake_status = 'used'

),

run as (

    select * from {{ source('control', 'run') }}

),

-- Only of records whose present version is later than the score date.
of_changed_records as (

    select
        deliveries.*,
        deliveries.valid_from >= run.score_date + interval '1 day' as begins_later
    from deliveries
    cross join run
    inner join present
        on
            deliveries.record_id = present.record_id
            and present.valid_from >= run.score_date + interval '1 day'

),

-- The last that began by the end of the day; where none did, the first.
ranked as (

    select
        *,
        row_number() over (
            partition by record_id
            order by
                begins_later asc,
                case when begins_later then valid_from end asc,
                valid_from desc,
                updated_at desc nulls last,
                file_name desc,
                file_row desc
        ) as version_rank
    from of_changed_records

),

final as (

    select
        record_id,
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
        extra
    from ranked
    where version_rank = 1

)

select * from final
