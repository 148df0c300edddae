-- Made of rows that are counted elsewhere: intake does not count them again.
with

changes as (

    select * from {{ ref('int_marketo__lead_attributes') }}
    where
        attribute in ('lead_status', 'lifecycle_stage', 'lifecycle_status')
        and quarantine_reason is null

),

lead_statuses as (

    select * from {{ ref('lead_status_vocabulary') }}
    where stage is not null

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stage_vocabulary') }}
    where stage is not null

),

mapped as (

    select
        changes.*,
        coalesce(lead_statuses.stage, lifecycle_stages.stage) as stage
    from changes
    left join lead_statuses
        on
            changes.attribute = 'lead_status'
            and changes.source_system = lead_statuses.source_system
            and lower(changes.value_text) = lead_statuses.platform_status
    left join lifecycle_stages
        on
            changes.attribute <> 'lead_status'
            and changes.source_system = lifecycle_stages.source_system
            and lower(changes.value_text) = lifecycle_stages.platform_stage

),

combined as (

    select
        source_system,
        source_table,
        concat_ws(':', source_table, record_id, stage, epoch_ms(updated_at)) as conversion_id,
        record_id,
        stage,
        cast(null as double) as amount,
        case when stage in ('rejected', 'lost') then value_text end as reason,
        updated_at as occurred_at,
        file_name,
        file_row,
        landed_row
    from mapped
    where stage is not null
    union all
    select
        source_system,
        source_table,
        concat_ws(':', source_table, opportunity_id, lead_id, outcome) as conversion_id,
        source_system || ':' || lead_id as record_id,
        stage,
        amount,
        cast(null as varchar) as reason,
        occurred_at,
        file_name,
        file_row,
        landed_row
    from {{ ref('int_marketo__opportunity_stages') }}

),

-- One change may be delivered twice, and two fields may tell of one stage at once.
ranked as (

    select
        *,
        row_number() over (
            partition by conversion_id order by file_name desc, file_row desc
        ) as delivery_rank
    from combined

),

final as (

    select
        source_system,
        source_table,
        conversion_id,
        record_id,
        stage,
        amount,
        reason,
        occurred_at,
        file_name,
        file_row,
        landed_row,
        cast(null as varchar) as quarantine_reason
    from ranked
    where delivery_rank = 1

)

select * from final
