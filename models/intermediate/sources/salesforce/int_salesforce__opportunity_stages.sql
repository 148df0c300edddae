-- Steps of opportunities as steps of the people who take part in them.
with

opportunities as (

    select * from {{ ref('int_salesforce__opportunities') }}

),

roles as (

    select
        *,
        row_number() over (
            partition by role_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_salesforce__opportunity_contact_role') }}
    where quarantine_reason is null

),

-- A conversion that makes an opportunity gives the contact a role only where the org wants it so.
participants as (

    select
        opportunity_id,
        person_id
    from roles
    where
        delivery_rank = 1
        and not is_deleted
        and person_id is not null
    union
    select
        converted_opportunity_id as opportunity_id,
        coalesce(converted_contact_id, person_id) as person_id
    from {{ ref('int_salesforce__people') }}
    where converted_opportunity_id is not null

),

vocabulary as (

    select * from {{ ref('lifecycle_stage_vocabulary') }}

),

-- A row of the vocabulary that names the type of opportunities goes before the one for all types.
mapped as (

    select
        opportunities.*,
        steps.outcome,
        steps.occurred_at,
        case
            when by_type.platform_stage is null then by_outcome.stage
            else by_type.stage
        end as stage
    from opportunities
    inner join {{ ref('int_salesforce__opportunity_steps') }} as steps
        on opportunities.opportunity_id = steps.opportunity_id
    left join vocabulary as by_type
        on
            opportunities.source_system = by_type.source_system
            and 'opportunity:' || steps.outcome || ':' || opportunities.opportunity_type
            = by_type.platform_stage
    left join vocabulary as by_outcome
        on
            opportunities.source_system = by_outcome.source_system
            and 'opportunity:' || steps.outcome = by_outcome.platform_stage

),

final as (

    select
        mapped.source_system,
        mapped.source_table,
        mapped.opportunity_id,
        participants.person_id,
        mapped.outcome,
        mapped.stage,
        mapped.amount,
        case when mapped.outcome = 'lost' then mapped.lost_reason end as reason,
        mapped.occurred_at,
        mapped.file_name,
        mapped.file_row,
        mapped.landed_row
    from mapped
    inner join participants on mapped.opportunity_id = participants.opportunity_id
    where mapped.stage is not null

)

select * from final
