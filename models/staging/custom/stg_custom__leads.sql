with

source as (

    select * from {{ source('raw_custom', 'leads') }}

),

cleaned as (

    select
        -- ids
        'custom' as source_system,
        'leads' as source_table,
        {{ blank_to_null('lead_id') }} as source_record_id,
        {{ blank_to_null('lead_id') }} as record_id,

        -- who
        {{ clean_text('email') }} as email,
        {{ normalized_email('email') }} as normalized_email,
        {{ clean_text('first_name') }} as first_name,
        {{ clean_text('last_name') }} as last_name,
        {{ clean_text('job_title') }} as job_title,
        {{ clean_text('company_name') }} as company_name,
        {{ clean_text('company_domain') }} as company_domain,
        {{ clean_text('industry') }} as industry,
        employee_count,
        case when isfinite(annual_revenue) then annual_revenue end as annual_revenue,
        {{ clean_text('country') }} as country,
        {{ clean_text('region') }} as region,

        -- where they stand
        {{ clean_text('lead_source') }} as lead_source,
        {{ clean_text('lifecycle_stage') }} as lifecycle_stage,
        is_email_opt_out,
        coalesce(is_deleted, false) as is_deleted,

        -- everything else that the source has
        extra,

        -- when
        created_at,
        updated_at,

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
            when source_record_id is null then 'lead_id is missing'
            when created_at is null then 'created_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
