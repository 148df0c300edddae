with

final as (

    select
        source_system,
        source_table,
        source_system || ':' || company_id as account_id,
        company_domain,
        normalized_domain,
        company_name,
        industry,
        employee_count,
        annual_revenue,
        country,
        extra,
        updated_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from {{ ref('stg_marketo__company') }}

)

select * from final
