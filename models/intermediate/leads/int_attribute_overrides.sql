with

deliveries as (

    select * from {{ ref('int_attribute_deliveries') }}
    where intake_status = 'used'

),

ranked as (

    select
        *,
        row_number() over (
            partition by lead_id, attribute
            order by updated_at desc nulls last, record_id desc
        ) as member_rank
    from deliveries

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
