{{ config(materialized='view') }}

-- Anonymous ids by which several people came, such as that of a shared computer. People who asked
-- to be erased or not to be scored are not counted.
with

owners as (

    select * from {{ ref('int_identity_owners') }}
    where
        anonymous_id is not null
        and activities > 0
        and is_scored

),

links as (

    select * from {{ ref('int_identity_links') }}
    where intake_status = 'used'

),

leads as (

    select * from {{ ref('int_leads') }}
    where is_scored

),

claims as (

    select
        source_system,
        anonymous_id,
        lead_key
    from owners
    union
    select
        links.source_system,
        links.anonymous_id,
        leads.lead_key
    from links
    inner join leads on links.lead_id = leads.lead_id

),

final as (

    select
        source_system || ':' || anonymous_id as identifier_value,
        count(*) as people
    from claims
    group by
        source_system,
        anonymous_id
    having count(*) > 1

)

select * from final
