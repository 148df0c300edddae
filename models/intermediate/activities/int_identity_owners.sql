with

identities as (

    select * from {{ ref('int_activity_identities') }}

),

record_leads as (

    select * from {{ ref('int_record_leads') }}

),

email_leads as (

    select * from {{ ref('int_email_leads') }}

),

links as (

    select * from {{ ref('int_identity_links') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

known as (

    select
        identities.*,
        coalesce(record_leads.lead_id, email_leads.lead_id) as lead_id
    from identities
    left join record_leads on identities.record_id = record_leads.record_id
    left join email_leads on identities.normalized_email = email_leads.normalized_email

),

-- An event that carries both the visitor and the person is a link, as is a row of identities.
all_links as (

    select
        source_system,
        anonymous_id,
        lead_id,
        last_activity_at as linked_at
    from known
    where
        anonymous_id is not null
        and lead_id is not null
        and activities > 0
    union all
    select
        source_system,
        anonymous_id,
        lead_id,
        occurred_at as linked_at
    from links
    where intake_status = 'used'

),

ranked_links as (

    select
        source_system,
        anonymous_id,
        lead_id,
        row_number() over (
            partition by source_system, anonymous_id
            order by linked_at desc nulls last, lead_id desc
        ) as link_rank
    from all_links

),

final as (

    select
        known.identity_key,
        known.source_system,
        known.source_table,
        known.record_id,
        known.normalized_email,
        known.anonymous_id,
        leads.lead_key,
        leads.is_erased,
        leads.is_scored,
        known.activities,
        known.voided,
        known.future,
        known.first_activity_at,
        known.last_activity_at
    from known
    left join ranked_links
        on
            known.lead_id is null
            and known.source_system = ranked_links.source_system
            and known.anonymous_id = ranked_links.anonymous_id
            and ranked_links.link_rank = 1
    left join leads on coalesce(known.lead_id, ranked_links.lead_id) = leads.lead_id

)

select * from final
