{{ config(materialized='view') }}

-- People whom events name and nobody knows; visitors that nobody has named are not among them.
with

owners as (

    select * from {{ ref('int_identity_owners') }}
    where
        lead_key is null
        and activities > 0
        and coalesce(record_id, normalized_email) is not null

),

member_emails as (

    select distinct normalized_email from {{ ref('int_lead_members') }}

),

named as (

    select
        case when owners.record_id is not null then 'record_id' else 'email' end
            as identifier_type,
        coalesce(owners.record_id, owners.normalized_email) as identifier_value,
        case
            when member_emails.normalized_email is not null
                then 'events name it and it leads to several people'
            else 'events name it and no record has it'
        end as reason,
        owners.activities
    from owners
    left join member_emails
        on
            owners.record_id is null
            and owners.normalized_email = member_emails.normalized_email

),

final as (

    select
        identifier_type,
        identifier_value,
        reason,
        cast(sum(activities) as bigint) as waiting_events
    from named
    group by
        identifier_type,
        identifier_value,
        reason

)

select * from final
