{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['identity_key'],
        on_schema_change='append_new_columns',
        full_refresh=false,
    )
}}

with

new_events as (

    select * from {{ ref('int_new_events') }}

),

final as (

    select
        identity_key,
        any_value(source_system) as source_system,
        any_value(source_table) as source_table,
        any_value(record_id) as record_id,
        any_value(normalized_email) as normalized_email,
        any_value(anonymous_id) as anonymous_id
    from new_events
    {% if is_incremental() %}
        where identity_key not in (select known.identity_key from {{ this }} as known)
    {% endif %}
    group by identity_key

)

select * from final
