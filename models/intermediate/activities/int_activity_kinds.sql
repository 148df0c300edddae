{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['kind_key'],
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
        kind_key,
        any_value(activity_type) as activity_type,
        any_value(asset) as asset,
        any_value(is_personalized) as is_personalized
    from new_events
    {% if is_incremental() %}
        where kind_key not in (select known.kind_key from {{ this }} as known)
    {% endif %}
    group by kind_key

)

select * from final
