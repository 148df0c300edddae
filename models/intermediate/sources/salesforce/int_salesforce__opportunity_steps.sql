-- When each opportunity was opened, won and lost: by its history, else by the opportunity itself.
with

opportunities as (

    select * from {{ ref('int_salesforce__opportunities') }}

),

-- Salesforce's own history tells the stage alone: what it means, other opportunities tell.
stages as (

    select
        stage_name,
        bool_or(is_won) as is_won,
        bool_or(is_closed) as is_closed
    from opportunities
    group by stage_name

),

told as (

    select
        history.opportunity_id,
        case
            when coalesce(history.is_won, stages.is_won, history.stage_name = 'closed won')
                then 'won'
            when coalesce(history.is_closed, stages.is_closed, history.stage_name = 'closed lost')
                then 'lost'
        end as outcome,
        min(history.changed_at) as occurred_at
    from {{ ref('stg_salesforce__opportunity_history') }} as history
    left join stages on history.stage_name = stages.stage_name
    where
        history.quarantine_reason is null
        and not history.is_deleted
    group by
        history.opportunity_id,
        outcome

),

present as (

    select
        opportunity_id,
        'open' as outcome,
        created_at as occurred_at
    from opportunities
    union all
    select
        opportunity_id,
        case when is_won then 'won' else 'lost' end as outcome,
        closed_at as occurred_at
    from opportunities
    where
        is_won
        or is_closed

),

final as (

    select
        opportunity_id,
        outcome,
        occurred_at
    from told
    where outcome is not null
    union all
    select
        present.opportunity_id,
        present.outcome,
        present.occurred_at
    from present
    left join told
        on
            present.opportunity_id = told.opportunity_id
            and present.outcome = told.outcome
    where
        told.opportunity_id is null
        and present.occurred_at is not null

)

select * from final
