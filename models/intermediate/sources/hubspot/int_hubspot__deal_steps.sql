-- When each deal was opened, won and lost: by the history of its stages, else by the deal itself.
with

deals as (

    select * from {{ ref('int_hubspot__deals') }}

),

entered as (

    select * from {{ ref('stg_hubspot__deal_stage') }}
    where quarantine_reason is null

),

stages as (

    select
        *,
        row_number() over (
            partition by stage_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_hubspot__deal_pipeline_stage') }}
    where quarantine_reason is null

),

moments as (

    select
        deal_id,
        stage_id,
        entered_at as told_at,
        cast(null as timestamp) as closed_at
    from entered
    union all
    select
        deal_id,
        stage_id,
        cast(null as timestamp) as told_at,
        closed_at
    from deals

),

-- The stages that HubSpot begins with are known by name where the table of stages is not landed.
with_outcome as (

    select
        moments.*,
        case
            when coalesce(stages.is_closed_won, moments.stage_id = 'closedwon') then 'won'
            when coalesce(stages.is_closed, moments.stage_id = 'closedlost') then 'lost'
            else 'open'
        end as outcome
    from moments
    left join stages
        on
            moments.stage_id = stages.stage_id
            and stages.delivery_rank = 1

),

first_times as (

    select
        deal_id,
        outcome,
        coalesce(min(told_at), min(closed_at)) as occurred_at
    from with_outcome
    where outcome in ('won', 'lost')
    group by
        deal_id,
        outcome
    union all
    select
        deal_id,
        'open' as outcome,
        created_at as occurred_at
    from deals

),

final as (

    select
        deal_id,
        outcome,
        occurred_at
    from first_times
    where occurred_at is not null

)

select * from final
