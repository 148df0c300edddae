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
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_source_leads') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_source_lead_attributes') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_source_accounts') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_source_identities') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_source_conversions') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('stg_custom__privacy_requests') }}
    where quarantine_reason is not null

    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_hubspot__quarantine') }}
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_pardot__details') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_salesforce__details') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_activecampaign__details') }}
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from {{ ref('int_marketo__details') }}
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
