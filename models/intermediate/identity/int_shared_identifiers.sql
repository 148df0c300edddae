with

identifiers as (

    select * from {{ ref('int_identifiers') }}

),

rules as (

    select * from {{ ref('identity_rules') }}

),

shared_addresses as (

    select distinct lower({{ clean_text('address') }}) as address
    from {{ ref('shared_addresses') }}

),

-- Only what several records have can join them.
shared as (

    select
        identifier_type,
        identifier_value,
        count(*) as records,
        min({{ hash_key(['record_id']) }}) as first_record_key
    from identifiers
    group by
        identifier_type,
        identifier_value
    having count(*) > 1

),

final as (

    select
        shared.identifier_type,
        shared.identifier_value,
        shared.records,
        shared.first_record_key,
        case
            when not coalesce(rules.joins, false)
                then 'identifiers of this type join nobody'
            when shared_addresses.address is not null
                then 'an address that several people read'
            when shared.records > rules.largest_group
                then 'more records have it than one person would'
        end as reason
    from shared
    left join rules on shared.identifier_type = rules.identifier_type
    left join shared_addresses
        on
            shared.identifier_type = 'email'
            and shared_addresses.address
            in (shared.identifier_value, split_part(shared.identifier_value, '@', 1))

)

select * from final
