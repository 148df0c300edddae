-- Made of rows that are counted elsewhere: intake does not count them again.
with

deal_stages as (

    select * from {{ ref('int_activecampaign__deal_stages') }}

),

final as (

    select
        source_system,
        source_table,
        concat_ws(':', source_table, deal_id, contact_id, outcome) as conversion_id,
        source_system || ':' || contact_id as record_id,
        stage,
        amount,
        cast(null as varchar) as reason,
        occurred_at,
        file_name,
        file_row,
        landed_row,
        cast(null as varchar) as quarantine_reason
    from deal_stages

)

select * from final
