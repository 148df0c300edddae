with

contacts as (

    select * from {{ ref('stg_activecampaign__contacts') }}

),

companies as (

    select
        *,
        row_number() over (
            partition by company_id
            order by updated_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__accounts') }}
    where quarantine_reason is null

),

-- The title of a contact stands with its place in a company.
places as (

    select
        *,
        row_number() over (
            partition by contact_id
            order by modified_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__account_contacts') }}
    where quarantine_reason is null

),

memberships as (

    select
        *,
        row_number() over (
            partition by membership_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__contact_lists') }}
    where quarantine_reason is null

),

-- Who opted out of every list gets no more mail.
opt_outs as (

    select
        contact_id,
        bool_and(status = '2') as is_email_opt_out
    from memberships
    where delivery_rank = 1
    group by contact_id

),

final as (

    select
        contacts.source_system,
        contacts.source_table,
        contacts.contact_id as source_record_id,
        contacts.source_system || ':' || contacts.contact_id as record_id,
        contacts.email,
        contacts.normalized_email,
        contacts.first_name,
        contacts.last_name,
        places.job_title,
        coalesce(companies.company_name, contacts.company_name) as company_name,
        companies.company_domain,
        cast(null as varchar) as industry,
        cast(null as bigint) as employee_count,
        cast(null as double) as annual_revenue,
        cast(null as varchar) as country,
        cast(null as varchar) as region,
        cast(null as varchar) as lead_source,
        cast(null as varchar) as lifecycle_stage,
        opt_outs.is_email_opt_out,
        contacts.is_deleted,
        nullif(contacts.extra, cast('{}' as json)) as extra,
        contacts.created_at,
        -- A deletion does not change the record, and yet comes after all that is known of it.
        case
            when contacts.is_deleted then greatest(contacts.modified_at, contacts.synced_at)
            else coalesce(contacts.modified_at, contacts.synced_at)
        end as updated_at,
        contacts.file_name,
        contacts.file_row,
        contacts.landed_row,
        contacts.quarantine_reason
    from contacts
    left join places
        on
            contacts.contact_id = places.contact_id
            and places.delivery_rank = 1
    left join companies
        on
            places.company_id = companies.company_id
            and companies.delivery_rank = 1
    left join opt_outs on contacts.contact_id = opt_outs.contact_id

)

select * from final
