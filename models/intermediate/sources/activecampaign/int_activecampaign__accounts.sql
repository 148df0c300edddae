with

final as (

    select
        source_system,
        source_table,
        source_system || ':' || company_id as account_id,
        company_domain,
        normalized_domain,
        company_name,
        cast(null as varchar) as industry,
        cast(null as bigint) as employee_count,
        cast(null as double) as annual_revenue,
        cast(null as varchar) as country,
        extra,
        updated_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from {{ ref('stg_activecampaign__accounts') }}

)

select * from final
