with

landed as (

    select * from {{ ref('int_landed_rows') }}

),

statuses as (

    select * from {{ ref('int_intake_statuses') }}

),

by_status as (

    select
        source_system,
        source_table,
        sum(rows) filter (where intake_status = 'used') as activities,
        sum(rows) filter (where intake_status = 'duplicate') as duplicates,
        sum(rows) filter (where intake_status = 'quarantined') as quarantined,
        sum(rows) filter (where intake_status = 'waiting') as waiting,
        sum(rows) filter (where intake_status = 'future') as future,
        sum(rows) filter (where intake_status = 'voided') as voided,
        sum(rows) filter (where intake_status = 'erased') as erased
    from statuses
    group by
        source_system,
        source_table

),

final as (

    select
        landed.source_system,
        landed.source_table,
        cast(landed.rows as bigint) as raw,
        cast(coalesce(by_status.activities, 0) as bigint) as activities,
        cast(coalesce(by_status.duplicates, 0) as bigint) as duplicates,
        cast(coalesce(by_status.quarantined, 0) as bigint) as quarantined,
        cast(coalesce(by_status.waiting, 0) as bigint) as waiting,
        cast(coalesce(by_status.future, 0) as bigint) as future,
        cast(coalesce(by_status.voided, 0) as bigint) as voided,
        cast(coalesce(by_status.erased, 0) as bigint) as erased
    from landed
    left join by_status
        on
            landed.source_system = by_status.source_system
            and landed.source_table = by_status.source_table

)

select * from final
