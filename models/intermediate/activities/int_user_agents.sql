{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['user_agent_key'],
        on_schema_change='append_new_columns',
        full_refresh=false,
    )
}}

with

new_events as (

    select * from {{ ref('int_new_events') }}
    where user_agent is not null

),

final as (

    select
        user_agent_key,
        any_value(user_agent) as user_agent
    from new_events
    {% if is_incremental() %}
        where user_agent_key not in (select known.user_agent_key from {{ this }} as known)
    {% endif %}
    group by user_agent_key

)

select * from final
