with

source as (

    select * from {{ source('raw_pardot', 'prospect') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'prospect' as source_table,
        cast(id as varchar) as prospect_id,
        {{ clean_text('email') }} as email,
        {{ normalized_email('email') }} as normalized_email,

        -- who
        {{ clean_text('first_name') }} as first_name,
        {{ clean_text('last_name') }} as last_name,
        {{ clean_text('job_title') }} as job_title,
        {{ clean_text('company') }} as company_name,
        {{ clean_text('website') }} as company_domain,
        {{ clean_text('industry') }} as industry,
        {{ clean_text('employees') }} as employees_text,
        try_cast({{ number_of_text('employees') }} as bigint) as employee_count,
        {{ clean_text('annual_revenue') }} as annual_revenue_text,
        {{ number_of_text('annual_revenue') }} as annual_revenue,
        {{ clean_text('country') }} as country,

        -- where they stand
        {{ clean_text('source') }} as lead_source,
        case when isfinite(score) then score end as score,
        {{ clean_text('grade') }} as grade,
        coalesce(opted_out or is_do_not_email, opted_out, is_do_not_email) as is_email_opt_out,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- links to records of Salesforce
        {{ clean_text('crm_lead_fid') }} as salesforce_lead_id,
        {{ clean_text('crm_contact_fid') }} as salesforce_contact_id,
        {{ clean_text('crm_account_fid') }} as salesforce_account_id,

        -- everything else that the account has
        extra,

        -- when; the time at which Pardot changed it comes before that of reading
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
            when prospect_id is null then 'id is missing'
            when created_at is null then 'created_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
