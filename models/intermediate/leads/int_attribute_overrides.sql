with

deliveries as (

    select * from {{ ref('int_attribute_deliveries') }}
    where lead_id is not null

),

used as (

    select
        lead_id,
        record_id,
        attribute,
        value_text,
        value_number,
        updated_at
    from deliveries
    where intake_status = 'used'

),

changed_later as (

    select
        deliveries.*,
        row_number() over (
            partition by deliveries.record_id, deliveries.attribute
            order by deliveries.updated_at, deliveries.value_before
        ) as change_rank
    from deliveries
    left join used
        on
            deliveries.record_id = used.record_id
            and deliveries.attribute = used.attribute
    where
        deliveries.intake_status = 'future'
        and used.record_id is null

),

-- What changes for the first time after the score date is still what that change takes away.
not_yet_changed as (

    select
        lead_id,
        record_id,
        attribute,
        value_before as value_text,
        {{ text_number('value_before') }} as value_number,
        cast(null as timestamp) as updated_at
    from changed_later
    where
        change_rank = 1
        and is_value_before_known

),

known as (

    select * from used
    union all
    select * from not_yet_changed

),

ranked as (

    select
        *,
        row_number() over (
            partition by lead_id, attribute
            order by updated_at desc nulls last, record_id desc
        ) as member_rank
    from known

),

-- An empty value counts too: it empties the column of the same name.
final as (

    select
        lead_id,
        attribute,
        coalesce(value_text, {{ number_text('value_number') }}) as value_text,
        value_number
    from ranked
    where member_rank = 1

)

select * from final
