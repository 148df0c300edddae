-- What tells of people who asked to be erased or not to be scored. Someone whose records have left
-- landing is known by what was published; a name that somebody has who is still there tells of that
-- lead alone.
with recursive

requests as (

    select * from {{ ref('stg_custom__privacy_requests') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

published_names as (

    select * from {{ source('control', 'published_names') }}

),

leads as (

    select * from {{ ref('int_leads') }}
    where not is_scored

),

members as (

    select * from {{ ref('int_lead_members') }}

),

record_leads as (

    select * from {{ ref('int_record_leads') }}

),

email_leads as (

    select * from {{ ref('int_email_leads') }}

),

shared_addresses as (

    select distinct lower({{ clean_text('address') }}) as address
    from {{ ref('shared_addresses') }}

),

identity_rules as (

    select * from {{ ref('identity_rules') }}

),

used_requests as (

    select
        requests.record_id,
        requests.normalized_email,
        requests.request = 'erase' as is_erased
    from requests
    cross join run
    where
        requests.quarantine_reason is null
        and requests.requested_at < greatest(run.score_date + interval '1 day', run.started_at)

),

-- Of people who are still there and scored nothing has to be known, and they are almost all.
published as (

    select
        published_names.lead_id,
        published_names.kind,
        published_names.name,
        record_leads.record_id is null as is_of_somebody_gone
    from published_names
    left join record_leads on published_names.lead_id = record_leads.record_id
    left join leads on published_names.lead_id = leads.lead_id
    where
        record_leads.record_id is null
        or leads.lead_id is not null

),

names as (

    select distinct
        kind,
        name
    from published

),

present as (

    select
        names.kind,
        names.name
    from names
    inner join record_leads on names.name = record_leads.record_id
    where names.kind = 'record'
    union
    select
        names.kind,
        names.name
    from names
    inner join members on names.name = members.normalized_email
    where names.kind = 'email'

),

-- As among records that are there, an address that several people read tells of none of them.
telling as (

    select
        published_names.kind,
        published_names.name
    from published_names
    inner join names
        on
            published_names.kind = names.kind
            and published_names.name = names.name
    left join identity_rules on published_names.kind = identity_rules.identifier_type
    left join shared_addresses
        on
            published_names.kind = 'email'
            and shared_addresses.address
            in (published_names.name, split_part(published_names.name, '@', 1))
    where shared_addresses.address is null
    group by
        published_names.kind,
        published_names.name
    having
        published_names.kind = 'record'
        or (
            bool_and(coalesce(identity_rules.joins, false))
            and count(*) <= max(identity_rules.largest_group)
        )

),

told as (

    select
        published.*,
        present.name is not null as is_present
    from published
    inner join telling
        on
            published.kind = telling.kind
            and published.name = telling.name
    left join present
        on
            published.kind = present.kind
            and published.name = present.name

),

asked as (

    select
        'record' as kind,
        record_id as name,
        is_erased
    from used_requests
    where record_id is not null
    union
    select
        'email' as kind,
        normalized_email as name,
        is_erased
    from used_requests
    where normalized_email is not null
    union
    select
        'record' as kind,
        record_leads.record_id as name,
        leads.is_erased
    from record_leads
    inner join leads on record_leads.lead_id = leads.lead_id
    union
    select
        'email' as kind,
        email_leads.normalized_email as name,
        leads.is_erased
    from email_leads
    inner join leads on email_leads.lead_id = leads.lead_id
    union
    -- Records and addresses that the lead once had.
    select
        told.kind,
        told.name,
        leads.is_erased
    from told
    inner join leads on told.lead_id = leads.lead_id
    where not told.is_present

),

found as (

    select * from asked
    union
    select
        others.kind,
        others.name,
        found.is_erased
    from found
    inner join told as theirs
        on
            found.kind = theirs.kind
            and found.name = theirs.name
            and theirs.is_of_somebody_gone
    inner join told as others
        on
            theirs.lead_id = others.lead_id
            and not others.is_present

),

final as (

    select
        kind,
        name,
        bool_or(is_erased) as is_erased
    from found
    group by
        kind,
        name

)

select * from final
