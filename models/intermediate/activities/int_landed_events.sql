{{ config(materialized='view') }}

-- Every source's events in one shape.
with

final as (

    select
        *,
        {{ hash_key(['source_system', 'event_id']) }} as event_key,
        {{ hash_key(['record_id', 'normalized_email', 'anonymous_id']) }} as identity_key
    from {{ ref('stg_custom__events') }}

)

select * from final
