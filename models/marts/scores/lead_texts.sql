with

final as (

    select
        lead_id,
        source_system,
        source_table,
        event_id,
        occurred_at,
        activity_type,
        asset,
        event_text
    from {{ ref('int_lead_texts') }}

)

select * from final
