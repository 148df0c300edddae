with

deliveries as (

    select * from {{ ref('int_source_conversions') }}

),

record_leads as (

    select * from {{ ref('int_record_leads') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

-- A conversion has no sync time: of several deliveries the later file and row count.
ranked as (

    select
        *,
        row_number() over (
            partition by source_system, conversion_id
            order by file_name desc, file_row desc
        ) as delivery_rank
    from deliveries
    where quarantine_reason is null

),

final as (

    select
        ranked.source_system,
        ranked.source_table,
        ranked.conversion_id,
        record_leads.lead_id,
        ranked.stage,
        ranked.amount,
        ranked.reason,
        ranked.occurred_at,
        case
            when ranked.delivery_rank > 1 then 'duplicate'
            when ranked.occurred_at >= run.score_date + interval '1 day' then 'future'
            when record_leads.lead_id is null then 'waiting'
            else 'used'
        end as intake_status
    from ranked
    cross join run
    left join record_leads on ranked.record_id = record_leads.record_id

)

select * from final
