-- Made of rows that are counted elsewhere: intake does not count them again.
with

changes as (

    select * from {{ ref('stg_pardot__lifecycle_history') }}
    where quarantine_reason is null

),

lifecycle_stages as (

    select
        *,
        row_number() over (
            partition by stage_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_pardot__lifecycle_stage') }}
    where quarantine_reason is null

),

vocabulary as (

    select * from {{ ref('lifecycle_stage_vocabulary') }}
    where stage is not null

),

opportunity_stages as (

    select * from {{ ref('int_pardot__opportunity_stages') }}

),

combined as (

    select
        changes.source_system,
        changes.source_table,
        changes.source_table || ':' || changes.change_id as conversion_id,
        changes.prospect_id,
        vocabulary.stage,
        cast(null as double) as amount,
        changes.changed_at as occurred_at,
        changes.file_name,
        changes.file_row,
        changes.landed_row
    from changes
    inner join lifecycle_stages
        on
            changes.stage_id = lifecycle_stages.stage_id
            and lifecycle_stages.delivery_rank = 1
    inner join vocabulary
        on
            changes.source_system = vocabulary.source_system
            and lifecycle_stages.stage_name = vocabulary.platform_stage
    where changes.changed_at is not null
    union all
    select
        source_system,
        source_table,
        concat_ws(':', source_table, opportunity_id, prospect_id, outcome) as conversion_id,
        prospect_id,
        stage,
        amount,
        occurred_at,
        file_name,
        file_row,
        landed_row
    from opportunity_stages

),

final as (

    select
        source_system,
        source_table,
        conversion_id,
        source_system || ':' || prospect_id as record_id,
        stage,
        amount,
        cast(null as varchar) as reason,
        occurred_at,
        file_name,
        file_row,
        landed_row,
        cast(null as varchar) as quarantine_reason
    from combined

)

select * from final
