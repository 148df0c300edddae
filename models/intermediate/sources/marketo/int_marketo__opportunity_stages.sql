-- When each opportunity was opened, won and lost, as steps of the people who take part in it.
with

opportunities as (

    select
        *,
        row_number() over (
            partition by opportunity_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_marketo__opportunity') }}
    where quarantine_reason is null

),

participants as (

    select
        *,
        row_number() over (
            partition by opportunity_id, lead_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_marketo__opportunity_role') }}
    where quarantine_reason is null

),

steps as (

    select
        *,
        unnest(['open', 'won', 'lost']) as outcome,
        unnest([
            created_at,
            case when status = 'won' then closed_at end,
            case when status = 'lost' then closed_at end
        ]) as occurred_at
    from opportunities
    where
        delivery_rank = 1
        and not is_deleted

),

vocabulary as (

    select * from {{ ref('lifecycle_stage_vocabulary') }}

),

-- A row of the vocabulary that names the type of opportunities goes before the one for all types.
mapped as (

    select
        steps.*,
        case
            when by_type.platform_stage is null then by_outcome.stage
            else by_type.stage
        end as stage
    from steps
    left join vocabulary as by_type
        on
            steps.source_system = by_type.source_system
            and 'opportunity:' || steps.outcome || ':' || steps.opportunity_type
            = by_type.platform_stage
    left join vocabulary as by_outcome
        on
            steps.source_system = by_outcome.source_system
            and 'opportunity:' || steps.outcome = by_outcome.platform_stage
    where steps.occurred_at is not null

),

final as (

    select
        mapped.source_system,
        mapped.source_table,
        mapped.opportunity_id,
        participants.lead_id,
        mapped.outcome,
        mapped.stage,
        mapped.amount,
        mapped.occurred_at,
        mapped.file_name,
        mapped.file_row,
        mapped.landed_row
    from mapped
    inner join participants on mapped.opportunity_id = participants.opportunity_id
    where
        mapped.stage is not null
        and participants.delivery_rank = 1
        and not participants.is_deleted

)

select * from final
