-- Values of the fields that an account made, under the names that rules use.
with

field_values as (

    select * from {{ ref('stg_activecampaign__contact_custom_field_values') }}

),

fields as (

    select
        *,
        row_number() over (
            partition by field_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__contact_custom_fields') }}
    where quarantine_reason is null

),

named as (

    select
        field_values.*,
        fields.field_type,
        -- A value whose field is not described is kept under the field's number.
        coalesce(fields.field_name, 'field_' || field_values.field_id) as own_name
    from field_values
    left join fields
        on
            field_values.field_id = fields.field_id
            and fields.delivery_rank = 1

),

with_attributes as (

    select
        *,
        case own_name
            when 'title' then 'job_title'
            when 'company' then 'company_name'
            when 'website' then 'company_domain'
            when 'employees' then 'employee_count'
            when 'number_of_employees' then 'employee_count'
            when 'revenue' then 'annual_revenue'
            else own_name
        end as attribute
    from named

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || contact_id as record_id,
        attribute,
        -- Money is in cents; its text is made from the number.
        case when coalesce(field_type, '') <> 'currency' then field_value end as value_text,
        case
            when field_type = 'currency' then {{ text_number('field_value') }} / 100
            when attribute in ('employee_count', 'annual_revenue')
                then {{ number_of_text('field_value') }}
            else {{ text_number('field_value') }}
        end as value_number,
        coalesce(changed_at, synced_at) as updated_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from with_attributes

)

select * from final
