-- Changes of a contact's properties, under the names that rules use.
with

changes as (

    select * from {{ ref('stg_hubspot__contact_property_history') }}

),

named as (

    select
        *,
        case property_name
            when 'firstname' then 'first_name'
            when 'lastname' then 'last_name'
            when 'jobtitle' then 'job_title'
            when 'company' then 'company_name'
            when 'website' then 'company_domain'
            when 'hs_analytics_source' then 'lead_source'
            when 'lifecyclestage' then 'lifecycle_stage'
            when 'hs_email_optout' then 'is_email_opt_out'
            when 'annualrevenue' then 'annual_revenue'
            else property_name
        end as attribute
    from changes

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || contact_id as record_id,
        attribute,
        property_value as value_text,
        {{ text_number('property_value') }} as value_number,
        changed_at as updated_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from named

)

select * from final
