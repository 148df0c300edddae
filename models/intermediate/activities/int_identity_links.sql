with

identities as (

    select * from {{ ref('stg_custom__identities') }}

),

members as (

    select * from {{ ref('int_lead_members') }}

),

emails as (

    select distinct
        normalized_email,
        lead_id
    from members
    where normalized_email is not null

),

run as (

    select * from {{ source('control', 'run') }}

),

final as (

    select
        identities.source_system,
        identities.anonymous_id,
        identities.occurred_at,
        coalesce(members.lead_id, emails.lead_id) as lead_id,
        case
            when identities.occurred_at >= run.score_date + interval '1 day' then 'future'
            when members.lead_id is null and emails.lead_id is null then 'waiting'
            else 'used'
        end as intake_status
    from identities
    cross join run
    left join members on identities.record_id = members.record_id
    left join emails on identities.normalized_email = emails.normalized_email
    where identities.quarantine_reason is null

)

select * from final
