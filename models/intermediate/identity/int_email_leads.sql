{{ config(materialized='view') }}

-- An address that leads to several people leads to none of them.
with

final as (

    select
        normalized_email,
        min(lead_id) as lead_id
    from {{ ref('int_lead_members') }}
    where normalized_email is not null
    group by normalized_email
    having count(distinct lead_id) = 1

)

select * from final
