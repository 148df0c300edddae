-- Tracks and pages that carry both a visitor and a user are links too, but as events: of an event
-- only the delivery that counts may link.
with

calls as (

    select
        source_system,
        source_table,
        anonymous_id,
        user_id,
        normalized_email,
        occurred_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from {{ ref('stg_segment__identifies') }}
    union all
    select
        source_system,
        source_table,
        anonymous_id,
        user_id,
        cast(null as varchar) as normalized_email,
        occurred_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from {{ ref('stg_segment__groups') }}

),

final as (

    select
        source_system,
        source_table,
        anonymous_id,
        'segment:' || user_id as record_id,
        normalized_email,
        occurred_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from calls
    where
        quarantine_reason is not null
        or (anonymous_id is not null and coalesce(user_id, normalized_email) is not null)

)

select * from final
