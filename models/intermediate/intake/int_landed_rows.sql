with

tables as (

    select * from {{ source('control', 'source_tables') }}

),

typed as (

    -- Of events all that were ever landed, also what is no longer there.
    select
        files.source_system,
        files.source_table,
        count(*) as rows
    from {{ ref('int_kept_events') }} as kept
    inner join {{ source('control', 'intake_files') }} as files on kept.file_key = files.file_key
    group by
        files.source_system,
        files.source_table
    union all
    select
        source_system,
        source_table,
        rows
    from {{ ref('int_hubspot__landed_rows') }}
    where
        source_table not in (
            'email_event',
            'contact_form_submission',
            'contact_list_member',
            'engagement_contact'
        )
    union all
    select
        source_system,
        source_table,
        rows
    from {{ ref('int_segment__landed_rows') }}
    where source_table not in ('tracks', 'pages')
    union all
    select
        source_system,
        source_table,
        rows
    from {{ ref('int_pardot__landed_rows') }}
    where
        source_table not in (
            'visitor_activity',
            'visitor_page_view',
            'list_membership',
            'tagged_object'
        )
    union all
    select
        source_system,
        source_table,
        rows
    from {{ ref('int_salesforce__landed_rows') }}
    where source_table not in ('campaign_member', 'task', 'event')
    union all
    select
        source_system,
        source_table,
        rows
    from {{ ref('int_marketo__landed_rows') }}
    union all
    select
        source_system,
        source_table,
        rows
    from {{ ref('int_activecampaign__landed_rows') }}
    union all
    -- Rows of event tables that tell of no event.
    select
        source_system,
        source_table,
        rows
    from {{ ref('int_hubspot__intake') }}
    where source_table = 'engagement_contact'
    union all
    {{ landed_count(ref('stg_custom__leads')) }}
    union all
    {{ landed_count(ref('stg_custom__lead_attributes')) }}
    union all
    {{ landed_count(ref('stg_custom__accounts')) }}
    union all
    {{ landed_count(ref('stg_custom__identities')) }}
    union all
    {{ landed_count(ref('stg_custom__conversions')) }}
    union all
    {{ landed_count(ref('stg_custom__privacy_requests')) }}

),

not_typed as (

    select
        source_system,
        source_table,
        count(*) as rows
    from {{ source('control', 'intake_quarantine') }}
    where not is_whole_file
    group by
        source_system,
        source_table

),

-- Landed once, and taken out of our files since.
erased as (

    select
        source_system,
        source_table,
        rows
    from {{ source('control', 'erased_rows') }}

),

combined as (

    select * from typed
    union all
    select * from not_typed
    union all
    select * from erased

),

final as (

    select
        tables.source_system,
        tables.source_table,
        coalesce(sum(combined.rows), 0) as rows
    from tables
    left join combined
        on
            tables.source_system = combined.source_system
            and tables.source_table = combined.source_table
    group by
        tables.source_system,
        tables.source_table

)

select * from final
