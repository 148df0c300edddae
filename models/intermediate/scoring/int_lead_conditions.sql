with

lead_attributes as (

    select * from {{ ref('int_lead_attributes') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

conditions as (

    select * from {{ ref('int_conditions') }}

),

distinct_values as (

    select distinct
        attribute,
        value_text,
        value_number
    from lead_attributes

),

attribute_values as (

    select
        row_number() over (order by attribute, value_text, value_number) as value_key,
        attribute,
        value_text,
        value_number,
        coalesce(value_number, {{ text_number('value_text') }}) as number
    from distinct_values

),

alternatives as (

    select
        condition_key,
        attribute,
        operator,
        {{ clean_text('part.unnest') }} as pattern
    from conditions
    cross join lateral unnest(string_split(value, '|')) as part
    where operator in ('in', 'contains', 'starts_with', 'has_word')
    union all
    select
        condition_key,
        attribute,
        operator,
        value as pattern
    from conditions
    where operator = 'equals'

),

bounds as (

    select
        condition_key,
        attribute,
        case
            when operator = 'at_least' then try_cast(value as double)
            when operator = 'between' then try_cast(trim(split_part(value, '..', 1)) as double)
            else cast('-infinity' as double)
        end as lowest,
        case
            when operator = 'at_most' then try_cast(value as double)
            when operator = 'between' then try_cast(trim(split_part(value, '..', 2)) as double)
            else cast('infinity' as double)
        end as highest
    from conditions
    where operator in ('at_least', 'at_most', 'between')

),

matches as (

    select
        attribute_values.value_key,
        alternatives.condition_key
    from attribute_values
    inner join alternatives
        on
            attribute_values.attribute = alternatives.attribute
            and {{ text_matches(
                'alternatives.operator', 'attribute_values.value_text', 'alternatives.pattern'
            ) }}
    union
    select
        attribute_values.value_key,
        bounds.condition_key
    from attribute_values
    inner join bounds
        on
            attribute_values.attribute = bounds.attribute
            and attribute_values.number between bounds.lowest and bounds.highest
    union
    select
        attribute_values.value_key,
        conditions.condition_key
    from attribute_values
    inner join conditions
        on
            attribute_values.attribute = conditions.attribute
            and conditions.operator = 'is_present'

),

satisfied as (

    select
        lead_attributes.lead_key,
        matches.condition_key
    from lead_attributes
    inner join attribute_values
        on
            lead_attributes.attribute = attribute_values.attribute
            and lead_attributes.value_text = attribute_values.value_text
            and lead_attributes.value_number is not distinct from attribute_values.value_number
    inner join matches on attribute_values.value_key = matches.value_key

),

-- A missing attribute satisfies only is_empty.
empty as (

    select
        leads.lead_key,
        conditions.condition_key
    from leads
    inner join conditions on conditions.operator = 'is_empty'
    left join lead_attributes
        on
            leads.lead_key = lead_attributes.lead_key
            and conditions.attribute = lead_attributes.attribute
    where lead_attributes.lead_key is null

),

final as (

    select
        lead_key,
        condition_key
    from satisfied
    union all
    select
        lead_key,
        condition_key
    from empty

)

select * from final
