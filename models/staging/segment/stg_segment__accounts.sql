with

source as (

    select * from {{ source('raw_segment', 'accounts') }}

),

cleaned as (

    select
        -- ids
        'segment' as source_system,
        'accounts' as source_table,
        {{ blank_to_null('id') }} as account_id,

        -- who
        {{ clean_text('coalesce(domain, website)') }} as company_domain,
        {{ normalized_domain('coalesce(domain, website)') }} as normalized_domain,
        {{ clean_text('name') }} as company_name,
        {{ clean_text('industry') }} as industry,
        try_cast({{ text_number(clean_text('employees')) }} as bigint) as employee_count,
        {{ text_number(clean_text('annual_revenue')) }} as annual_revenue,
        {{ clean_text('coalesce(country, address_country)') }} as country,

        -- everything else that the source has
        extra,

        -- when
        received_at as updated_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case when account_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
