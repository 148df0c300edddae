{{ config(materialized='view') }}

-- What tells of people who asked to be erased or not to be scored: what their records carry or
-- carried, what they asked by, and the visitors that they came as.
with

identifiers as (

    select * from {{ ref('int_identifiers') }}

),

names as (

    select * from {{ ref('int_requested_names') }}

),

visitors as (

    select * from {{ ref('int_requested_visitors') }}

),

final as (

    select
        identifiers.identifier_type,
        identifiers.identifier_value
    from identifiers
    inner join names on names.kind = 'record' and identifiers.record_id = names.name
    union
    select
        case kind when 'record' then 'record_id' else kind end as identifier_type,
        name as identifier_value
    from names
    union
    select
        'visitor' as identifier_type,
        anonymous_id as identifier_value
    from visitors

)

select * from final
