with

files as (

    select * from {{ source('control', 'intake_files') }}

),

broken as (

    select
        files.source_system,
        files.source_table,
        files.file as file_name,
        kept.file_row,
        kept.quarantine_reason,
        kept.landed_row
    from {{ ref('int_kept_events') }} as kept
    inner join files on kept.file_key = files.file_key
    where kept.quarantine_reason is not null
    union all
    select
        source_system,
        'leads' as source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('stg_custom__leads') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        'lead_attributes' as source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('stg_custom__lead_attributes') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        'accounts' as source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('stg_custom__accounts') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        'identities' as source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('stg_custom__identities') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        'conversions' as source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('stg_custom__conversions') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        'privacy_requests' as source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('stg_custom__privacy_requests') }}
    where quarantine_reason is not null

),

not_typed as (

    select * from {{ source('control', 'intake_quarantine') }}

),

final as (

    select
        source_system,
        source_table,
        file_name || ':' || file_row as row_id,
        quarantine_reason as reason,
        landed_row,
        file_name as file,
        false as is_whole_file
    from broken
    union all
    select
        source_system,
        source_table,
        row_id,
        reason,
        row_json as landed_row,
        file,
        is_whole_file
    from not_typed

)

select * from final
