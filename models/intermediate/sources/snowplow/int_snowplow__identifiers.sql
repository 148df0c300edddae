with

events as (

    select * from {{ ref('stg_snowplow__events') }}

),

final as (

    select distinct
        source_system,
        source_table,
        'snowplow:' || user_id as record_id,
        'user_id' as identifier_type,
        user_id as identifier_value
    from events
    where user_id is not null and quarantine_reason is null

)

select * from final
