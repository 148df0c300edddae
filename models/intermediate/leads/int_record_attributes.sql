{{ config(materialized='view') }}

-- What a record has beside the columns that all sources share.
with

records as (

    select * from {{ ref('int_lead_records') }}
    where extra is not null

),

attributes as (

    select * from {{ ref('int_attribute_deliveries') }}
    where intake_status = 'used'

),

of_records as (

    select
        records.source_system,
        records.record_id,
        lower({{ clean_text('columns.key') }}) as attribute,
        {{ clean_text("columns.value ->> '$'") }} as value_text
    from records
    cross join lateral json_each(records.extra) as columns

),

final as (

    select
        source_system,
        record_id,
        attribute,
        value_text
    from of_records
    where attribute is not null
    union all
    select
        source_system,
        record_id,
        attribute,
        coalesce(value_text, {{ number_text('value_number') }}) as value_text
    from attributes

)

select * from final
