{{ config(materialized='view') }}

-- Everything by which records, visitors or events could have been joined and were not.
with

unjoined as (

    select
        identifier_type,
        identifier_value,
        reason,
        records,
        0 as waiting_events
    from {{ ref('int_shared_identifiers') }}
    where reason is not null
    union all
    select
        'merge' as identifier_type,
        identifier_value,
        reason,
        records,
        0 as waiting_events
    from {{ ref('int_unjoined_merges') }}
    union all
    select
        'anonymous_id' as identifier_type,
        identifier_value,
        'several people came by it; what nobody signed belongs to the last' as reason,
        people as records,
        0 as waiting_events
    from {{ ref('int_shared_visitors') }}
    union all
    select
        identifier_type,
        identifier_value,
        reason,
        0 as records,
        waiting_events
    from {{ ref('int_waiting_people') }}

),

requested as (

    select * from {{ ref('int_requested_identifiers') }}

),

final as (

    select
        unjoined.identifier_type,
        unjoined.identifier_value,
        unjoined.reason,
        unjoined.records,
        unjoined.waiting_events
    from unjoined
    left join requested
        on
            unjoined.identifier_type = requested.identifier_type
            and unjoined.identifier_value = requested.identifier_value
    where requested.identifier_value is null

)

select * from final
