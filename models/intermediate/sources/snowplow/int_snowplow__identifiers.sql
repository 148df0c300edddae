-- Of kept events: whom a user id leads to must not change when landing forgets its events.
with

identities as (

    select * from {{ ref('int_event_identities') }}
    where source_system = 'snowplow' and record_id is not null

),

final as (

    select distinct
        source_system,
        source_table,
        record_id,
        'user_id' as identifier_type,
        substr(record_id, length('snowplow:') + 1) as identifier_value
    from identities

)

select * from final
