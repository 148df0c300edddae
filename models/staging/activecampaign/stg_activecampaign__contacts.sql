with

source as (

    select * from {{ source('raw_activecampaign', 'contacts') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'contacts' as source_table,
        cast(id as varchar) as contact_id,
        {{ clean_text('email') }} as email,
        {{ normalized_email('email') }} as normalized_email,

        -- what
        {{ clean_text('first_name') }} as first_name,
        {{ clean_text('last_name') }} as last_name,
        {{ clean_text('orgname') }} as company_name,
        coalesce(deleted or anonymized, deleted, anonymized, deleted_at is not null) as is_deleted,

        -- everything else that the account has
        extra,

        -- when
        coalesce(created_utc_timestamp, cdate, _sdc_extracted_at) as created_at,
        coalesce(deleted_at, updated_utc_timestamp, udate) as modified_at,
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
            when contact_id is null then 'id is missing'
            when created_at is null then 'cdate is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
