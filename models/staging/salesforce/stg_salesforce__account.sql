with

source as (

    select * from {{ source('raw_salesforce', 'account') }}

),

cleaned as (

    select
        -- ids
        'salesforce' as source_system,
        'account' as source_table,
        {{ clean_text('id') }} as salesforce_account_id,

        -- who
        {{ clean_text('website') }} as company_domain,
        {{ normalized_domain('website') }} as normalized_domain,
        {{ clean_text('name') }} as company_name,
        {{ clean_text('industry') }} as industry,
        case when isfinite(number_of_employees) then try_cast(number_of_employees as bigint) end
            as employee_count,
        case when isfinite(annual_revenue) then annual_revenue end as annual_revenue,
        {{ clean_text('coalesce(billing_country, billing_country_code)') }} as country,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- everything else that the account has
        extra,

        -- when
        created_date as created_at,
        last_modified_date as modified_at,
        coalesce(_fivetran_start, _fivetran_synced) as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case when salesforce_account_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
