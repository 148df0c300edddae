{{ config(materialized='view') }}

-- Opens that a mail program's privacy proxy made, read or not. The whole user agent is compared, in
-- the sources that are named: elsewhere the same short text may be a person's. Each delivery of an
-- open has its row.
with

kept as (

    select * from {{ ref('int_kept_events') }}
    where quarantine_reason is null

),

kinds as (

    select * from {{ ref('int_activity_kinds') }}
    where activity_type = 'email_open'

),

user_agents as (

    select * from {{ ref('int_user_agents') }}

),

identities as (

    select * from {{ ref('int_event_identities') }}

),

proxies as (

    select * from {{ ref('mail_privacy_user_agents') }}

),

proxy_keys as (

    select
        user_agents.user_agent_key,
        proxies.source_system
    from user_agents
    inner join proxies
        on
            lower({{ clean_text('user_agents.user_agent') }})
            = lower({{ clean_text('proxies.user_agent') }})

),

final as (

    select distinct
        kept.event_key,
        kept.kind_key,
        kept.user_agent_key
    from kept
    inner join proxy_keys on kept.user_agent_key = proxy_keys.user_agent_key
    inner join kinds on kept.kind_key = kinds.kind_key
    inner join identities
        on
            kept.identity_key = identities.identity_key
            and proxy_keys.source_system = identities.source_system

)

select * from final
