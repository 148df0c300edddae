with

identities as (

    select * from {{ ref('int_source_identities') }}

),

record_leads as (

    select * from {{ ref('int_record_leads') }}

),

email_leads as (

    select * from {{ ref('int_email_leads') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

final as (

    select
        identities.source_system,
        identities.source_table,
        identities.anonymous_id,
        identities.occurred_at,
        coalesce(record_leads.lead_id, email_leads.lead_id) as lead_id,
        case
            when identities.occurred_at >= run.score_date + interval '1 day' then 'future'
            when record_leads.lead_id is null and email_leads.lead_id is null then 'waiting'
            else 'used'
        end as intake_status
    from identities
    cross join run
    left join record_leads on identities.record_id = record_leads.record_id
    left join email_leads on identities.normalized_email = email_leads.normalized_email
    where identities.quarantine_reason is null

)

select * from final
