-- Changes of a person's fields, under the names that rules use.
with

changes as (

    select * from {{ ref('stg_marketo__activity_change_data_value') }}

),

fields as (

    select * from {{ ref('int_marketo__fields') }}

),

named as (

    select
        changes.*,
        coalesce(fields.attribute, changes.field_name) as marketo_name
    from changes
    left join fields on changes.field_id = fields.field_id

),

with_attributes as (

    select
        *,
        case marketo_name
            when 'email_address' then 'email'
            when 'title' then 'job_title'
            when 'company' then 'company_name'
            when 'website' then 'company_domain'
            when 'number_of_employees' then 'employee_count'
            when 'num_employees' then 'employee_count'
            when 'unsubscribed' then 'is_email_opt_out'
            else marketo_name
        end as attribute
    from named

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || lead_id as record_id,
        attribute,
        -- Flags are written as numbers here, and as words everywhere else.
        case
            when attribute = 'is_email_opt_out' and new_value in ('0', '1')
                then cast(new_value = '1' as varchar)
            else new_value
        end as value_text,
        {{ text_number('new_value') }} as value_number,
        changed_at as updated_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from with_attributes

)

select * from final
