with

user_agents as (

    select * from {{ ref('int_user_agents') }}

),

patterns as (

    select distinct lower({{ clean_text('pattern') }}) as pattern
    from {{ ref('automated_user_agents') }}
    where {{ clean_text('pattern') }} is not null

),

final as (

    select user_agents.user_agent_key
    from user_agents
    where
        exists (
            select 1 as is_listed
            from patterns
            where contains(lower(user_agents.user_agent), patterns.pattern)
        )

)

select * from final
