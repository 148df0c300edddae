-- When each deal was opened, won and lost, as steps of the contacts who take part in it.
with

deals as (

    select
        *,
        row_number() over (
            partition by deal_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__deals') }}
    where quarantine_reason is null

),

pipelines as (

    select
        *,
        row_number() over (
            partition by pipeline_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__deal_groups') }}
    where quarantine_reason is null

),

-- A deal names its first contact; further ones stand in a table of their own.
participants as (

    select
        deal_id,
        contact_id
    from deals
    where
        delivery_rank = 1
        and contact_id is not null
    union
    select
        deal_id,
        contact_id
    from {{ ref('stg_activecampaign__contact_deals') }}
    where quarantine_reason is null

),

steps as (

    select
        deals.*,
        pipelines.pipeline_name,
        unnest(['open', 'won', 'lost']) as outcome,
        unnest([
            deals.created_at,
            case when deals.status = 'won' then deals.closed_at end,
            case when deals.status = 'lost' then deals.closed_at end
        ]) as occurred_at
    from deals
    left join pipelines
        on
            deals.pipeline_id = pipelines.pipeline_id
            and pipelines.delivery_rank = 1
    where deals.delivery_rank = 1

),

vocabulary as (

    select * from {{ ref('lifecycle_stage_vocabulary') }}

),

-- A row of the vocabulary that names the pipeline goes before the one for all pipelines.
mapped as (

    select
        steps.*,
        case
            when by_pipeline.platform_stage is null then by_outcome.stage
            else by_pipeline.stage
        end as stage
    from steps
    left join vocabulary as by_pipeline
        on
            steps.source_system = by_pipeline.source_system
            and 'deal:' || steps.outcome || ':' || steps.pipeline_name
            = by_pipeline.platform_stage
    left join vocabulary as by_outcome
        on
            steps.source_system = by_outcome.source_system
            and 'deal:' || steps.outcome = by_outcome.platform_stage
    where steps.occurred_at is not null

),

final as (

    select
        mapped.source_system,
        mapped.source_table,
        mapped.deal_id,
        participants.contact_id,
        mapped.outcome,
        mapped.stage,
        mapped.amount,
        mapped.occurred_at,
        mapped.file_name,
        mapped.file_row,
        mapped.landed_row
    from mapped
    inner join participants on mapped.deal_id = participants.deal_id
    where mapped.stage is not null

)

select * from final
