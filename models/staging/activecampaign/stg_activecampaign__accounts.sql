with

source as (

    select * from {{ source('raw_activecampaign', 'accounts') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'accounts' as source_table,
        cast(id as varchar) as company_id,

        -- what
        {{ clean_text('account_url') }} as company_domain,
        {{ normalized_domain('account_url') }} as normalized_domain,
        {{ clean_text('name') }} as company_name,

        -- everything else that the account has
        extra,

        -- when
        coalesce(updated_timestamp, created_timestamp) as updated_at,
        _sdc_extracted_at as synced_at,

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
