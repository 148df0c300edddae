with

source as (

    select * from {{ source('raw_salesforce', 'contact') }}

),

cleaned as (

    select
        -- ids
        'salesforce' as source_system,
        'contact' as source_table,
        {{ clean_text('id') }} as person_id,
        {{ clean_text('email') }} as email,
        {{ normalized_email('email') }} as normalized_email,

        -- who
        {{ clean_text('first_name') }} as first_name,
        {{ clean_text('last_name') }} as last_name,
        {{ clean_text('title') }} as job_title,
        {{ clean_text('department') }} as department_text,
        {{ clean_text('coalesce(mailing_country, mailing_country_code)') }} as country,

        -- where they stand
        {{ clean_text('lead_source') }} as lead_source,
        has_opted_out_of_email as is_email_opt_out,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- links to other records and systems
        {{ clean_text('account_id') }} as salesforce_account_id,
        {{ clean_text('master_record_id') }} as master_record_id,
        {{ clean_text('hubspot_contact_id_c') }} as hubspot_contact_id,
        {{ clean_text('marketo_lead_id_c') }} as marketo_lead_id,
        {{ clean_text('pardot_prospect_id_c') }} as pardot_prospect_id,
        {{ clean_text('user_id_c') }} as user_id,
        {{ clean_text('custom_lead_id_c') }} as custom_lead_id,

        -- everything else that the account has
        extra,

        -- when; a version of history mode says since when it is so
        coalesce(created_date, _fivetran_synced) as created_at,
        last_modified_date as modified_at,
        _fivetran_start as versioned_at,
        coalesce(_fivetran_start, _fivetran_synced) as synced_at,

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
            when person_id is null then 'id is missing'
            when created_at is null then 'created_date is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
