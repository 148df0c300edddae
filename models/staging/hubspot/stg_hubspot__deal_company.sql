with

source as (

    select * from {{ source('raw_hubspot', 'deal_company') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'deal_company' as source_table,
        cast(deal_id as varchar) as deal_id,
        cast(company_id as varchar) as company_id,
        cast(type_id as varchar) as association_type_id,

        -- what
        lower({{ clean_text('category') }}) as association_category,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
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
            when deal_id is null then 'deal_id is missing'
            when company_id is null then 'company_id is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
