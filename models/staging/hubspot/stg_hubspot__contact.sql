with

source as (

    select * from {{ source('raw_hubspot', 'contact') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'contact' as source_table,
        cast(id as varchar) as contact_id,
        {{ clean_text('property_email') }} as email,
        {{ normalized_email('property_email') }} as normalized_email,

        -- who
        {{ clean_text('property_firstname') }} as first_name,
        {{ clean_text('property_lastname') }} as last_name,
        {{ clean_text('property_jobtitle') }} as job_title,
        {{ clean_text('property_company') }} as company_name,
        {{ clean_text('property_website') }} as company_domain,
        {{ clean_text('property_industry') }} as industry,
        {{ clean_text('property_numemployees') }} as employee_range,
        try_cast({{ text_number(clean_text('property_numemployees')) }} as bigint)
            as employee_count,
        {{ clean_text('property_annualrevenue') }} as annual_revenue_text,
        {{ text_number(clean_text('property_annualrevenue')) }} as annual_revenue,
        {{ clean_text('property_country') }} as country,

        -- where they stand
        {{ clean_text('property_hs_analytics_source') }} as lead_source,
        {{ clean_text('property_lifecyclestage') }} as lifecycle_stage,
        {{ clean_text('property_hs_lead_status') }} as lead_status,
        property_hs_email_optout as is_email_opt_out,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,
        property_hs_lifecyclestage_marketingqualifiedlead_date as became_mql_at,
        property_hs_lifecyclestage_salesqualifiedlead_date as became_sql_at,
        property_hs_lifecyclestage_opportunity_date as became_opportunity_at,
        property_hs_lifecyclestage_customer_date as became_customer_at,

        -- links to other records and systems
        cast(property_associatedcompanyid as varchar) as company_id,
        {{ clean_text('property_hs_merged_object_ids') }} as merged_contact_ids,
        {{ clean_text('property_salesforceleadid') }} as salesforce_lead_id,
        {{ clean_text('property_salesforcecontactid') }} as salesforce_contact_id,
        {{ clean_text('property_marketo_lead_id') }} as marketo_lead_id,
        {{ clean_text('property_pardot_prospect_id') }} as pardot_prospect_id,
        {{ clean_text('property_user_id') }} as user_id,
        {{ clean_text('property_custom_lead_id') }} as custom_lead_id,

        -- everything else that the account has
        {{ without_property_prefix('extra') }} as extra,

        -- when; an account that hides the date of creation still tells when it was first read
        coalesce(property_createdate, _fivetran_synced) as created_at,
        property_lastmodifieddate as modified_at,
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
            when contact_id is null then 'id is missing'
            when created_at is null then 'property_createdate is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
