with

source as (

    select * from {{ source('raw_marketo', 'company') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'company' as source_table,
        coalesce({{ clean_text('external_company_id') }}, cast(id as varchar)) as company_id,

        -- what
        {{ clean_text('website') }} as company_domain,
        {{ normalized_domain('website') }} as normalized_domain,
        {{ clean_text('company') }} as company_name,
        {{ clean_text('industry') }} as industry,
        try_cast({{ number_of_text('number_of_employees') }} as bigint) as employee_count,
        {{ number_of_text('annual_revenue') }} as annual_revenue,
        {{ clean_text('billing_country') }} as country,

        -- everything else that the account has
        extra,

        -- when
        coalesce(updated_at, _fivetran_synced) as updated_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case when company_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
