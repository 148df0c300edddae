{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['event_key'],
        on_schema_change='append_new_columns',
        full_refresh=false,
    )
}}

with

kept as (

    select * from {{ ref('int_kept_events') }}
    where quarantine_reason is null

),

{% if is_incremental() %}
    -- Files whose events were read in this run, or in one that died before it looked for repeats.
    -- The latter may be gone by now, and pending no more.
    pending_files as (

        select file_key from {{ source('control', 'pending_files') }}
        union
        select file_key from {{ source('control', 'intake_files') }}
        where not is_kept

    ),
{% endif %}

-- Almost every event is landed once; only the others need their deliveries compared.
final as (

    select event_key
    from kept
    {% if is_incremental() %}
        where
            event_key in (
                select landed.event_key
                from kept as landed
                inner join pending_files on landed.file_key = pending_files.file_key
            )
    {% endif %}
    group by event_key
    having count(*) > 1

)

select * from final
