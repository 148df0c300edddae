with

requests as (

    select * from {{ ref('stg_custom__privacy_requests') }}

),

members as (

    select * from {{ ref('int_lead_members') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

record_leads as (

    select * from {{ ref('int_record_leads') }}

),

-- A request may name a record, an e-mail or both; each stands for the whole lead.
by_record as (

    select
        requests.file_name,
        requests.file_row,
        record_leads.lead_id
    from requests
    inner join record_leads on requests.record_id = record_leads.record_id

),

by_email as (

    select distinct
        requests.file_name,
        requests.file_row,
        members.lead_id
    from requests
    inner join members on requests.normalized_email = members.normalized_email

),

named as (

    select * from by_record
    union
    select * from by_email

),

final as (

    select
        requests.source_system,
        requests.source_table,
        requests.file_name,
        requests.file_row,
        requests.request,
        requests.requested_at,
        named.lead_id,
        -- On past days, too, nobody is shown who has asked by the time of the run.
        case
            when
                requests.requested_at
                >= greatest(run.score_date + interval '1 day', run.started_at)
                then 'future'
            when named.lead_id is null then 'waiting'
            else 'used'
        end as intake_status
    from requests
    cross join run
    left join named
        on
            requests.file_name = named.file_name
            and requests.file_row = named.file_row
    where requests.quarantine_reason is null

)

select * from final
