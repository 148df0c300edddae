{{ config(materialized='view') }}

-- Every source's events in one shape, with automation marked.
with

events as (

    select * from {{ ref('stg_custom__events') }}

),

automated_user_agents as (

    select * from {{ ref('int_automated_user_agents') }}

),

with_automation as (

    select
        events.*,
        events.is_marked_automated or automated_user_agents.user_agent is not null as is_automated
    from events
    left join automated_user_agents on events.user_agent = automated_user_agents.user_agent

),

final as (

    select
        *,
        {{ hash_key(['content_key', 'is_personalized', 'is_automated']) }} as signature_key
    from with_automation

)

select * from final
