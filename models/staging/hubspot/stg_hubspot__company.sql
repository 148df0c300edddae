with

source as (

    select * from {{ source('raw_hubspot', 'company') }}

),

-- Newer accounts keep a domain beside the website.
with_domain as (

    select
        *,
        coalesce({{ clean_text('property_domain') }}, property_website) as domain_or_website,
        {{ row_as_json('source') }} as landed_row
    from source

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'company' as source_table,
        cast(id as varchar) as company_id,

        -- who
        {{ clean_text('domain_or_website') }} as company_domain,
        {{ normalized_domain('domain_or_website') }} as normalized_domain,
        {{ clean_text('property_name') }} as company_name,
        {{ clean_text('property_industry') }} as industry,
        case
            when isfinite(property_numberofemployees)
                then try_cast(property_numberofemployees as bigint)
        end as employee_count,
        case when isfinite(property_annualrevenue) then property_annualrevenue end
            as annual_revenue,
        {{ clean_text('property_country') }} as country,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- everything else that the account has
        {{ without_property_prefix('extra') }} as extra,

        -- when
        property_createdate as created_at,
        property_hs_lastmodifieddate as modified_at,
        _fivetran_synced as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        landed_row
    from with_domain

),

final as (

    select
        *,
        case when company_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
