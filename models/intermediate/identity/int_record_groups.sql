-- Records that are joined by chains of pairs, however long, are one group: the smallest key of a
-- group spreads to all of it. A key goes only to records with a larger one, so few keys travel far
-- (keys are hashes, in no order along a chain), and cycles end.
with recursive

pairs as (

    select
        record_key,
        other_key
    from {{ ref('int_record_pairs') }}
    union
    select
        other_key as record_key,
        record_key as other_key
    from {{ ref('int_record_pairs') }}

),

spreading as (

    select
        record_key,
        record_key as group_key
    from pairs
    union
    select
        pairs.other_key as record_key,
        spreading.group_key
    from spreading
    inner join pairs
        on
            spreading.record_key = pairs.record_key
            and spreading.group_key < pairs.other_key

),

grouped as (

    select
        record_key,
        min(group_key) as group_key
    from spreading
    group by record_key

),

named as (

    select
        record_id,
        record_key,
        bool_or(identifier_type = 'merge') as is_merged,
        bool_or(identifier_type = 'email') as has_shared_email
    from {{ ref('int_record_pairs') }}
    group by
        record_id,
        record_key

),

final as (

    select
        named.record_id,
        grouped.group_key,
        named.is_merged,
        named.has_shared_email
    from named
    inner join grouped on named.record_key = grouped.record_key

)

select * from final
