with

deliveries as (

    select * from {{ ref('int_source_lead_attributes') }}

),

record_leads as (

    select * from {{ ref('int_record_leads') }}

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
        ranked.source_table,
        ranked.record_id,
        ranked.attribute,
        ranked.value_text,
        ranked.value_number,
        ranked.updated_at,
        record_leads.lead_id,
        case
            when ranked.is_future then 'future'
            when ranked.delivery_rank > 1 then 'duplicate'
            when record_leads.lead_id is null then 'waiting'
            else 'used'
        end as intake_status
    from ranked
    left join record_leads on ranked.record_id = record_leads.record_id

)

select * from final
