-- What became of the rows that are in no shape. Every row that is read is used: none is left out.
with

details as (

    select * from {{ ref('int_hubspot__details') }}

),

companies as (

    select * from {{ ref('int_hubspot__companies') }}

),

engagement_contacts as (

    select * from {{ ref('int_hubspot__engagement_contacts') }}
    where platform_event is null

),

deliveries as (

    select
        source_system,
        source_table,
        detail_id,
        count(*) as rows,
        -- Nothing is null inside: what is not known to be later comes first.
        arg_max(
            is_deleted,
            row(coalesce(synced_at, timestamp '1900-01-01'), coalesce(file_name, ''), file_row)
        ) as is_deleted
    from details
    where quarantine_reason is null
    group by
        source_system,
        source_table,
        detail_id

),

of_engagements as (

    select
        source_system,
        source_table,
        event_id,
        count(*) as rows
    from engagement_contacts
    where quarantine_reason is null
    group by
        source_system,
        source_table,
        event_id

),

statuses as (

    select
        source_system,
        source_table,
        case when is_deleted then 'voided' else 'used' end as intake_status,
        1 as rows
    from deliveries
    union all
    select
        source_system,
        source_table,
        'duplicate' as intake_status,
        rows - 1 as rows
    from deliveries
    union all
    select
        source_system,
        source_table,
        'quarantined' as intake_status,
        1 as rows
    from details
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        case when delivery_rank = 1 then 'voided' else 'duplicate' end as intake_status,
        1 as rows
    from companies
    where is_gone
    union all
    select
        source_system,
        source_table,
        'used' as intake_status,
        1 as rows
    from of_engagements
    union all
    select
        source_system,
        source_table,
        'duplicate' as intake_status,
        rows - 1 as rows
    from of_engagements
    union all
    select
        source_system,
        source_table,
        'quarantined' as intake_status,
        1 as rows
    from engagement_contacts
    where quarantine_reason is not null

),

final as (

    select
        source_system,
        source_table,
        intake_status,
        cast(sum(rows) as bigint) as rows
    from statuses
    group by
        source_system,
        source_table,
        intake_status
    having sum(rows) > 0

)

select * from final
