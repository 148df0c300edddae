-- Made of rows that are counted elsewhere: intake does not count them again.
with

stage_changes as (

    select * from {{ ref('int_salesforce__stage_changes') }}

),

opportunity_stages as (

    select * from {{ ref('int_salesforce__opportunity_stages') }}

),

combined as (

    select
        source_system,
        source_table,
        concat_ws(':', source_table, person_id, stage, epoch_ms(occurred_at)) as conversion_id,
        person_id,
        stage,
        cast(null as double) as amount,
        reason,
        occurred_at,
        file_name,
        file_row,
        landed_row
    from stage_changes
    union all
    select
        source_system,
        source_table,
        concat_ws(':', source_table, opportunity_id, person_id, outcome) as conversion_id,
        person_id,
        stage,
        amount,
        reason,
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
        source_system || ':' || person_id as record_id,
        stage,
        amount,
        reason,
        occurred_at,
        file_name,
        file_row,
        landed_row,
        cast(null as varchar) as quarantine_reason
    from combined

)

select * from final
