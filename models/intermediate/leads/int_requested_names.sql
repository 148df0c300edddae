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

used_requests as (

    select
        requests.record_id,
        requests.normalized_email,
        requests.request = 'erase' as is_erased
    from requests
    cross join run
    where
        requests.quarantine_reason is null
        and requests.requested_at < run.score_date + interval '1 day'

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
        members.normalized_email as name,
        leads.is_erased
    from members
    inner join leads on members.lead_id = leads.lead_id
    where members.normalized_email is not null

),

present as (

    select
        'record' as kind,
        record_id as name
    from record_leads
    union
    select
        'email' as kind,
        normalized_email as name
    from members
    where normalized_email is not null

),

of_people_gone as (

    select
        published_names.lead_id,
        published_names.kind,
        published_names.name,
        present.name is not null as is_present
    from published_names
    left join record_leads on published_names.lead_id = record_leads.record_id
    left join present
        on
            published_names.kind = present.kind
            and published_names.name = present.name
    where record_leads.record_id is null

),

found as (

    select * from asked
    union
    select
        others.kind,
        others.name,
        found.is_erased
    from found
    inner join of_people_gone as theirs
        on
            found.kind = theirs.kind
            and found.name = theirs.name
    inner join of_people_gone as others
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
