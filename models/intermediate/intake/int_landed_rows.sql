with

landed as (

    select
        'events' as source_table,
        count(*) as rows
    from {{ ref('int_kept_events') }}
    union all
    select
        'leads' as source_table,
        count(*) as rows
    from {{ ref('stg_custom__leads') }}
    union all
    select
        'lead_attributes' as source_table,
        count(*) as rows
    from {{ ref('stg_custom__lead_attributes') }}
    union all
    select
        'accounts' as source_table,
        count(*) as rows
    from {{ ref('stg_custom__accounts') }}
    union all
    select
        'identities' as source_table,
        count(*) as rows
    from {{ ref('stg_custom__identities') }}
    union all
    select
        'conversions' as source_table,
        count(*) as rows
    from {{ ref('stg_custom__conversions') }}
    union all
    select
        'privacy_requests' as source_table,
        count(*) as rows
    from {{ ref('stg_custom__privacy_requests') }}

),

not_typed as (

    select
        source_system,
        source_table,
        count(*) as rows
    from {{ source('control', 'intake_quarantine') }}
    where not is_whole_file
    group by
        source_system,
        source_table

),

final as (

    select
        'custom' as source_system,
        landed.source_table,
        landed.rows + coalesce(not_typed.rows, 0) as rows
    from landed
    left join not_typed
        on
            landed.source_table = not_typed.source_table
            and not_typed.source_system = 'custom'

)

select * from final
