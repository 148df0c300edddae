with

deliveries as (

    select * from {{ ref('stg_custom__lead_attributes') }}

),

members as (

    select * from {{ ref('int_lead_members') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

known as (

    select
        deliveries.*,
        coalesce(deliveries.updated_at >= run.score_date + interval '1 day', false) as is_future
    from deliveries
    cross join run
    where deliveries.quarantine_reason is null

),

-- What came after the score date is left out before deliveries are compared.
ranked as (

    select
        *,
        row_number() over (
            partition by source_system, record_id, attribute, is_future
            order by updated_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from known

),

final as (

    select
        ranked.source_system,
        ranked.record_id,
        ranked.attribute,
        ranked.value_text,
        ranked.value_number,
        ranked.updated_at,
        members.lead_id,
        case
            when ranked.is_future then 'future'
            when ranked.delivery_rank > 1 then 'duplicate'
            when members.lead_id is null then 'waiting'
            else 'used'
        end as intake_status
    from ranked
    left join members on ranked.record_id = members.record_id

)

select * from final
