with

source as (

    select * from {{ source('raw_activecampaign', 'account_contacts') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'account_contacts' as source_table,
        cast(id as varchar) as association_id,
        cast(account as varchar) as company_id,
        cast(contact as varchar) as contact_id,

        -- what
        {{ clean_text('job_title') }} as job_title,

        -- when
        updated_timestamp as modified_at,
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
        case
            when association_id is null then 'id is missing'
            when company_id is null then 'account is missing'
            when contact_id is null then 'contact is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
