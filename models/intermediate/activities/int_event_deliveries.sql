with

kept as (

    select * from {{ ref('int_kept_events') }}
    where quarantine_reason is null

),

repeated as (

    select * from {{ ref('int_repeated_events') }}

),

files as (

    select * from {{ source('control', 'intake_files') }}

),

ranked as (

    select
        kept.*,
        row_number() over (
            partition by kept.event_key
            order by kept.loaded_at desc nulls last, files.file desc, kept.file_row desc
        ) as delivery_rank
    from kept
    inner join repeated on kept.event_key = repeated.event_key
    inner join files on kept.file_key = files.file_key

),

final as (

    select
        event_key,
        identity_key,
        kind_key,
        user_agent_key,
        message_key,
        text_key,
        campaign_key,
        occurred_at,
        duration_seconds,
        is_deleted,
        is_marked_automated,
        file_key,
        file_row,
        case when delivery_rank > 1 then 'duplicate' else 'latest' end as intake_status
    from ranked

)

select * from final
