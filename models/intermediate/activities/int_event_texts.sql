{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['text_key'],
        on_schema_change='append_new_columns',
        full_refresh=false,
    )
}}

with

new_events as (

    select * from {{ ref('int_new_events') }}
    where event_text is not null

),

final as (

    select
        text_key,
        any_value(event_id) as event_id,
        any_value(event_text) as event_text
    from new_events
    {% if is_incremental() %}
        where text_key not in (select known.text_key from {{ this }} as known)
    {% endif %}
    group by text_key

)

select * from final
