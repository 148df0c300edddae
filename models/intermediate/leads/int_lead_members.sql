with

records as (

    select * from {{ ref('int_lead_records') }}

),

-- One person for each normalised e-mail; a record without one stands alone.
ranked as (

    select
        source_system,
        source_record_id,
        record_id,
        normalized_email,
        row_number() over (
            partition by coalesce('email:' || normalized_email, 'record:' || record_id)
            order by created_at, record_id
        ) as age_rank,
        first_value(record_id) over (
            partition by coalesce('email:' || normalized_email, 'record:' || record_id)
            order by created_at, record_id
        ) as lead_id,
        count(*) over (
            partition by coalesce('email:' || normalized_email, 'record:' || record_id)
        ) as members
    from records

),

final as (

    select
        lead_id,
        source_system,
        source_record_id,
        record_id,
        normalized_email,
        members,
        case when age_rank = 1 then 'itself' else 'email' end as joined_by
    from ranked

)

select * from final
