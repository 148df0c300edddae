with

identifiers as (

    select * from {{ ref('int_identifiers') }}

),

shared as (

    select * from {{ ref('int_shared_identifiers') }}
    where reason is null

),

-- Each record is paired with the first of those that share an identifier: a star, not all pairs.
pairs as (

    select
        identifiers.record_id,
        {{ hash_key(['identifiers.record_id']) }} as record_key,
        shared.first_record_key as other_key,
        identifiers.identifier_type
    from identifiers
    inner join shared
        on
            identifiers.identifier_type = shared.identifier_type
            and identifiers.identifier_value = shared.identifier_value

),

final as (

    select
        record_id,
        record_key,
        other_key,
        identifier_type
    from pairs

)

select * from final
