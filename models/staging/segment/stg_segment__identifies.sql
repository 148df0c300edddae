with

source as (

    select * from {{ source('raw_segment', 'identifies') }}

),

cleaned as (

    select
        -- ids
        'segment' as source_system,
        'identifies' as source_table,
        {{ blank_to_null('id') }} as call_id,
        {{ blank_to_null('user_id') }} as user_id,
        {{ blank_to_null('anonymous_id') }} as anonymous_id,

        -- who
        {{ clean_text('email') }} as email,
        {{ normalized_email('email') }} as normalized_email,
        {{ clean_text('first_name') }} as first_name,
        {{ clean_text('last_name') }} as last_name,
        {{ clean_text('coalesce(title, job_title)') }} as job_title,
        {{ clean_text('coalesce(company_name, company)') }} as company_name,
        {{ clean_text('coalesce(company_domain, website)') }} as company_domain,
        {{ clean_text('coalesce(company_industry, industry)') }} as industry,
        try_cast(
            {{ text_number(clean_text('coalesce(company_employee_count, employees)')) }} as bigint
        ) as employee_count,
        {{ text_number(clean_text('annual_revenue')) }} as annual_revenue,
        {{ clean_text('coalesce(country, address_country)') }} as country,
        {{ clean_text('region') }} as region,

        -- where they stand
        {{ clean_text('lead_source') }} as lead_source,
        {{ clean_text('lifecycle_stage') }} as lifecycle_stage,
        try_cast({{ clean_text('is_email_opt_out') }} as boolean) as is_email_opt_out,

        -- their ids in other systems
        {{ blank_to_null('hubspot_contact_id') }} as hubspot_contact_id,
        {{ blank_to_null('salesforce_lead_id') }} as salesforce_lead_id,
        {{ blank_to_null('salesforce_contact_id') }} as salesforce_contact_id,
        {{ blank_to_null('marketo_lead_id') }} as marketo_lead_id,
        {{ blank_to_null('pardot_prospect_id') }} as pardot_prospect_id,
        {{ blank_to_null('custom_lead_id') }} as custom_lead_id,

        -- everything else that the source has
        extra,

        -- when
        coalesce(timestamp, original_timestamp, received_at) as occurred_at,
        coalesce(received_at, uuid_ts) as loaded_at,
        {{ text_moment('created_at') }} as created_at,

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
            when call_id is null then 'id is missing'
            when coalesce(user_id, anonymous_id, normalized_email) is null
                then 'user_id, anonymous_id and email are all missing'
            when occurred_at > loaded_at + interval '1 day'
                then 'timestamp is more than a day after received_at'
        end as quarantine_reason
    from cleaned

)

select * from final
