-- Changes of leads and contacts, under the names that rules use.
with

changes as (

    select * from {{ ref('stg_salesforce__lead_history') }}
    union all
    select * from {{ ref('stg_salesforce__contact_history') }}

),

named as (

    select
        *,
        case field_name
            when 'firstname' then 'first_name'
            when 'lastname' then 'last_name'
            when 'title' then 'job_title'
            when 'company' then 'company_name'
            when 'website' then 'company_domain'
            when 'leadsource' then 'lead_source'
            when 'numberofemployees' then 'employee_count'
            when 'annualrevenue' then 'annual_revenue'
            when 'hasoptedoutofemail' then 'is_email_opt_out'
            else regexp_replace(field_name, '__c$', '_c')
        end as attribute
    from changes

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || person_id as record_id,
        attribute,
        new_value as value_text,
        {{ text_number('new_value') }} as value_number,
        changed_at as updated_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from named

)

select * from final
