with

final as (

    select
        identifier_type,
        identifier_value,
        reason,
        records,
        waiting_events
    from {{ ref('int_unjoined_identifiers') }}

)

select * from final
