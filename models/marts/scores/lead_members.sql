with

final as (

    select
        lead_id,
        source_system,
        source_record_id,
        joined_by
    from {{ ref('int_lead_members') }}

)

select * from final
