-- Steps of deals as steps of the contacts that take part in them.
with

deals as (

    select * from {{ ref('int_hubspot__deals') }}

),

steps as (

    select * from {{ ref('int_hubspot__deal_steps') }}

),

deal_contacts as (

    select * from {{ ref('int_hubspot__deal_contacts') }}

),

pipelines as (

    select
        pipeline_id,
        lower(pipeline_name) as pipeline_name,
        row_number() over (
            partition by pipeline_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_hubspot__deal_pipeline') }}
    where quarantine_reason is null

),

vocabulary as (

    select * from {{ ref('lifecycle_stage_vocabulary') }}

),

-- A row of the vocabulary that names the pipeline goes before the one for all pipelines.
mapped as (

    select
        deals.*,
        steps.outcome,
        steps.occurred_at,
        case
            when by_pipeline.platform_stage is null then by_outcome.stage
            else by_pipeline.stage
        end as stage
    from deals
    inner join steps on deals.deal_id = steps.deal_id
    left join pipelines
        on
            deals.pipeline_id = pipelines.pipeline_id
            and pipelines.delivery_rank = 1
    left join vocabulary as by_pipeline
        on
            deals.source_system = by_pipeline.source_system
            and 'deal:' || steps.outcome || ':' || pipelines.pipeline_name
            = by_pipeline.platform_stage
    left join vocabulary as by_outcome
        on
            deals.source_system = by_outcome.source_system
            and 'deal:' || steps.outcome = by_outcome.platform_stage

),

final as (

    select
        mapped.source_system,
        mapped.source_table,
        mapped.deal_id,
        deal_contacts.contact_id,
        mapped.outcome,
        mapped.stage,
        mapped.amount,
        case when mapped.outcome = 'lost' then mapped.lost_reason end as reason,
        mapped.occurred_at,
        mapped.file_name,
        mapped.file_row,
        mapped.landed_row
    from mapped
    inner join deal_contacts on mapped.deal_id = deal_contacts.deal_id
    where mapped.stage is not null

)

select * from final
