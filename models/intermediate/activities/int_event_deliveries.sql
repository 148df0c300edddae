with

landed as (

    select * from {{ ref('int_landed_events') }}

),

exceptional as (

    select * from {{ ref('int_exceptional_events') }}

),

-- Broken rows go to quarantine before the deliveries of one id are compared.
ranked as (

    select
        landed.*,
        row_number() over (
            partition by
                landed.source_system,
                landed.event_id,
                landed.quarantine_reason is not null
            order by landed.loaded_at desc nulls last, landed.file_name desc, landed.file_row desc
        ) as delivery_rank
    from landed
    inner join exceptional on landed.event_key = exceptional.event_key

),

final as (

    select
        source_system,
        event_id,
        identity_key,
        signature_key,
        occurred_at,
        duration_seconds,
        is_deleted,
        file_name,
        file_row,
        quarantine_reason,
        landed_row,
        case
            when quarantine_reason is not null then 'quarantined'
            when delivery_rank > 1 then 'duplicate'
            else 'latest'
        end as intake_status
    from ranked

)

select * from final
