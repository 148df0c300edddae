{{ config(materialized='view') }}

-- Who somebody is, their last delivery tells on every day; what fit reads, the version of that day.
with

present as (

    select * exclude (valid_from, intake_status)
    from {{ ref('int_lead_deliveries') }}
    where intake_status = 'used'

),

versions as (

    select * from {{ ref('int_lead_versions') }}

),

final as (

    select present.*
    from present
    left join versions on present.record_id = versions.record_id
    where versions.record_id is null
    union all by name
    select
        present.source_system,
        present.source_table,
        present.source_record_id,
        present.email,
        present.normalized_email,
        present.first_name,
        present.last_name,
        present.is_email_opt_out,
        present.created_at,
        present.updated_at,
        versions.*
    from present
    inner join versions on present.record_id = versions.record_id

)

select * from final
