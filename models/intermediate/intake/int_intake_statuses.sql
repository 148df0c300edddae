with

erased_leads as (

    select
        lead_key,
        lead_id
    from {{ ref('int_leads') }}
    where is_erased

),

lead_members as (

    select * from {{ ref('int_lead_members') }}

),

leads as (

    select
        deliveries.source_system,
        deliveries.source_table,
        case
            when deliveries.intake_status = 'used' and erased_leads.lead_id is not null
                then 'erased'
            else deliveries.intake_status
        end as intake_status,
        count(*) as rows
    from {{ ref('int_lead_deliveries') }} as deliveries
    left join lead_members on deliveries.record_id = lead_members.record_id
    left join erased_leads on lead_members.lead_id = erased_leads.lead_id
    where deliveries.source_table <> 'identifies'
    group by all

),

-- Platforms' conversions and links are made of rows that are counted elsewhere.
with_a_lead as (

    select
        source_system,
        source_table,
        lead_id,
        intake_status
    from {{ ref('int_attribute_deliveries') }}
    union all
    select
        source_system,
        source_table,
        lead_id,
        intake_status
    from {{ ref('int_conversion_deliveries') }}
    where source_system = 'custom'
    union all
    select
        source_system,
        source_table,
        lead_id,
        intake_status
    from {{ ref('int_identity_links') }}
    where source_system = 'custom'

),

of_leads as (

    select
        with_a_lead.source_system,
        with_a_lead.source_table,
        case
            when
                with_a_lead.intake_status in ('used', 'future')
                and erased_leads.lead_id is not null
                then 'erased'
            else with_a_lead.intake_status
        end as intake_status,
        count(*) as rows
    from with_a_lead
    left join erased_leads on with_a_lead.lead_id = erased_leads.lead_id
    group by all

),

accounts as (

    select
        source_system,
        source_table,
        intake_status,
        count(*) as rows
    from {{ ref('int_account_deliveries') }}
    where source_table <> 'groups'
    group by all

),

-- A request that names several leads is still one row.
requests as (

    select
        source_system,
        source_table,
        intake_status,
        count(*) as rows
    from (
        select distinct
            source_system,
            source_table,
            file_name,
            file_row,
            intake_status
        from {{ ref('int_privacy_deliveries') }}
    ) as deliveries
    group by all

),

duplicate_events as (

    select
        files.source_system,
        files.source_table,
        deliveries.intake_status,
        count(*) as rows
    from {{ ref('int_event_deliveries') }} as deliveries
    inner join {{ source('control', 'intake_files') }} as files
        on deliveries.file_key = files.file_key
    where deliveries.intake_status = 'duplicate'
    group by all

),

owners as (

    select
        source_system,
        source_table,
        lead_key is null as is_waiting,
        coalesce(is_erased, false) as is_erased,
        sum(voided) as voided,
        sum(future) as future,
        sum(activities) as activities
    from {{ ref('int_identity_owners') }}
    group by all

),

events as (

    select
        source_system,
        source_table,
        'voided' as intake_status,
        voided as rows
    from owners
    union all
    select
        source_system,
        source_table,
        case when is_erased then 'erased' else 'future' end as intake_status,
        future as rows
    from owners
    union all
    select
        source_system,
        source_table,
        case
            when is_erased then 'erased'
            when is_waiting then 'waiting'
            else 'used'
        end as intake_status,
        activities as rows
    from owners

),

-- What another source reported too was counted as used above: it is a duplicate.
witnesses as (

    select
        source_system,
        source_table,
        count(*) as rows
    from {{ ref('int_witnesses') }}
    group by
        source_system,
        source_table

),

of_witnesses as (

    select
        source_system,
        source_table,
        'duplicate' as intake_status,
        rows
    from witnesses
    union all
    select
        source_system,
        source_table,
        'used' as intake_status,
        -rows as rows
    from witnesses

),

of_details as (

    select
        source_system,
        source_table,
        intake_status,
        rows
    from {{ ref('int_hubspot__intake') }}
    where intake_status <> 'quarantined'
    union all
    select
        source_system,
        source_table,
        intake_status,
        rows
    from {{ ref('int_segment__intake') }}
    where intake_status <> 'quarantined'
    union all
    select
        source_system,
        source_table,
        intake_status,
        rows
    from {{ ref('int_pardot__intake') }}
    union all
    select
        source_system,
        source_table,
        intake_status,
        rows
    from {{ ref('int_salesforce__intake') }}
    union all
    select
        source_system,
        source_table,
        intake_status,
        rows
    from {{ ref('int_activecampaign__intake') }}
    union all
    select
        source_system,
        source_table,
        intake_status,
        rows
    from {{ ref('int_marketo__intake') }}

),

quarantined as (

    select
        source_system,
        source_table,
        'quarantined' as intake_status,
        count(*) as rows
    from {{ ref('int_quarantine') }}
    where not is_whole_file
    group by all

),

erased as (

    select
        source_system,
        source_table,
        'erased' as intake_status,
        rows
    from {{ source('control', 'erased_rows') }}

),

final as (

    select * from leads
    union all
    select * from of_leads
    union all
    select * from accounts
    union all
    select * from requests
    union all
    select * from duplicate_events
    union all
    select * from events
    union all
    select * from of_witnesses
    union all
    select * from of_details
    union all
    select * from quarantined
    union all
    select * from erased

)

select
    source_system,
    source_table,
    intake_status,
    rows
from final
