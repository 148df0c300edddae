-- Made of rows that are counted elsewhere: intake does not count them again.
with

stage_changes as (

    select * from {{ ref('int_hubspot__stage_changes') }}

),

deal_stages as (

    select * from {{ ref('int_hubspot__deal_stages') }}

),

combined as (

    select
        source_system,
        source_table,
        concat_ws(':', source_table, contact_id, stage, epoch_ms(occurred_at)) as conversion_id,
        contact_id,
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
        concat_ws(':', source_table, deal_id, contact_id, outcome) as conversion_id,
        contact_id,
        stage,
        amount,
        reason,
        occurred_at,
        file_name,
        file_row,
        landed_row
    from deal_stages

),

final as (

    select
        source_system,
        source_table,
        conversion_id,
        source_system || ':' || contact_id as record_id,
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
