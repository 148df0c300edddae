with

source as (

    select * from {{ source('raw_marketo', 'lead') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'lead' as source_table,
        cast(id as varchar) as marketo_lead_id,
        {{ clean_text('email') }} as email,
        {{ normalized_email('email') }} as normalized_email,

        -- what
        {{ clean_text('first_name') }} as first_name,
        {{ clean_text('last_name') }} as last_name,
        {{ clean_text('title') }} as job_title,
        {{ clean_text('company') }} as company_name,
        {{ clean_text('website') }} as company_domain,
        {{ clean_text('industry') }} as industry,
        {{ clean_text('number_of_employees') }} as employees_text,
        try_cast({{ number_of_text('number_of_employees') }} as bigint) as employee_count,
        {{ clean_text('annual_revenue') }} as annual_revenue_text,
        {{ number_of_text('annual_revenue') }} as annual_revenue,
        {{ clean_text('country') }} as country,
        {{ clean_text('lead_source') }} as lead_source,
        unsubscribed as is_email_opt_out,

        -- links to records of other systems
        {{ clean_text('sfdc_lead_id') }} as salesforce_lead_id,
        {{ clean_text('sfdc_contact_id') }} as salesforce_contact_id,
        {{ clean_text('sfdc_account_id') }} as salesforce_account_id,
        {{ clean_text('external_company_id') }} as external_company_id,
        {{ clean_text('hubspot_contact_id') }} as hubspot_contact_id,
        {{ clean_text('user_id') }} as user_id,
        {{ clean_text('custom_lead_id') }} as custom_lead_id,

        -- everything else that the account has
        extra,

        -- when
        coalesce(created_at, _fivetran_synced) as created_at,
        updated_at as modified_at,
        _fivetran_synced as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case
            when marketo_lead_id is null then 'id is missing'
            when created_at is null then 'created_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
