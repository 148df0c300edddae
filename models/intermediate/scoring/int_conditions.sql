with

fit_rules as (

    select * from {{ ref('int_fit_rules') }}

),

segment_rules as (

    select * from {{ ref('int_segment_rules') }}

),

disqualification_rules as (

    select * from {{ ref('int_disqualification_rules') }}

),

-- Each question about an attribute is asked once, however many rules ask it.
distinct_conditions as (

    select
        attribute,
        operator,
        value
    from fit_rules
    union
    select
        and_attribute,
        and_operator,
        and_value
    from fit_rules
    where and_attribute is not null
    union
    select
        attribute,
        operator,
        value
    from segment_rules
    union
    select
        attribute,
        operator,
        value
    from disqualification_rules

),

final as (

    select
        cast(row_number() over (order by attribute, operator, value) as integer) as condition_key,
        attribute,
        operator,
        value
    from distinct_conditions

)

select * from final
