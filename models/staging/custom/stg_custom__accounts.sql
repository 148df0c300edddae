with

source as (

    select * from {{ source('raw_custom', 'accounts') }}

),

cleaned as (

    select
        -- ids
        'custom' as source_system,
        'accounts' as source_table,
        {{ blank_to_null('account_id') }} as account_id,

        -- who
        {{ clean_text('domain') }} as company_domain,
        {{ normalized_domain('domain') }} as normalized_domain,
        {{ clean_text('name') }} as company_name,
        {{ clean_text('industry') }} as industry,
        employee_count,
        case when isfinite(annual_revenue) then annual_revenue end as annual_revenue,
        {{ clean_text('country') }} as country,

        -- everything else that the source has
        extra,

        -- when
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
        case when account_id is null then 'account_id is missing' end as quarantine_reason
    from cleaned

)

select * from final
