with

deliveries as (

    select * from {{ ref('stg_custom__conversions') }}

),

members as (

    select * from {{ ref('int_lead_members') }}

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
        ranked.conversion_id,
        members.lead_id,
        ranked.stage,
        ranked.amount,
        ranked.reason,
        ranked.occurred_at,
        case
            when ranked.delivery_rank > 1 then 'duplicate'
            when ranked.occurred_at >= run.score_date + interval '1 day' then 'future'
            when members.lead_id is null then 'waiting'
            else 'used'
        end as intake_status
    from ranked
    cross join run
    left join members on ranked.record_id = members.record_id

)

select * from final
