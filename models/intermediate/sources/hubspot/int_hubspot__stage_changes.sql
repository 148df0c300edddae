-- When contacts reached a stage: by the history of their properties, else by the dates that HubSpot
-- keeps at the contact itself.
with

changes as (

    select * from {{ ref('stg_hubspot__contact_property_history') }}
    where
        property_name in ('lifecyclestage', 'hs_lead_status')
        and quarantine_reason is null

),

contacts as (

    select * from {{ ref('int_hubspot__contacts') }}

),

lifecycle_stages as (

    select * from {{ ref('lifecycle_stage_vocabulary') }}
    where stage is not null

),

lead_statuses as (

    select * from {{ ref('lead_status_vocabulary') }}
    where stage is not null

),

mapped as (

    select
        changes.*,
        coalesce(lifecycle_stages.stage, lead_statuses.stage) as stage
    from changes
    left join lifecycle_stages
        on
            changes.property_name = 'lifecyclestage'
            and changes.source_system = lifecycle_stages.source_system
            and lower(changes.property_value) = lifecycle_stages.platform_stage
    left join lead_statuses
        on
            changes.property_name = 'hs_lead_status'
            and changes.source_system = lead_statuses.source_system
            and lower(changes.property_value) = lead_statuses.platform_status

),

of_history as (

    select
        source_system,
        source_table,
        contact_id,
        stage,
        case when stage in ('rejected', 'lost') then property_value end as reason,
        changed_at as occurred_at,
        file_name,
        file_row,
        landed_row
    from mapped
    where
        stage is not null
        and changed_at is not null

),

told as (

    select distinct
        contact_id,
        stage
    from of_history

),

of_dates as (

    select
        contacts.source_system,
        contacts.source_table,
        contacts.contact_id,
        stages.stage,
        cast(null as varchar) as reason,
        case stages.stage
            when 'mql' then contacts.became_mql_at
            when 'sql' then contacts.became_sql_at
            when 'opportunity' then contacts.became_opportunity_at
            when 'customer' then contacts.became_customer_at
        end as occurred_at,
        contacts.file_name,
        contacts.file_row,
        contacts.landed_row
    from contacts
    cross join (values ('mql'), ('sql'), ('opportunity'), ('customer')) as stages (stage)

),

final as (

    select * from of_history
    union all
    select of_dates.*
    from of_dates
    left join told
        on
            of_dates.contact_id = told.contact_id
            and of_dates.stage = told.stage
    where
        of_dates.occurred_at is not null
        and told.contact_id is null

)

select
    source_system,
    source_table,
    contact_id,
    stage,
    reason,
    occurred_at,
    file_name,
    file_row,
    landed_row
from final
