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

combined as (

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

),

-- What could not be split into columns is one text.
with_line as (

    select
        *,
        json_extract_string(landed_row, '$.line') as line
    from combined

),

-- A broken row belongs to nobody, and may name a person who asked to be erased all the same.
naming_erased as (

    select distinct
        combined.source_system,
        combined.source_table,
        combined.row_id
    from with_line as combined
    inner join {{ ref('int_erased_identifiers') }} as erased
        on
            (
                erased.identifier_type = 'email'
                and contains(lower(combined.landed_row), erased.identifier_value)
            )
            or (
                erased.identifier_type in ('record_id', 'visitor')
                and (
                    contains(combined.landed_row, '"' || erased.identifier_value || '"')
                    or {{ names_word('combined.line', 'erased.identifier_value') }}
                )
            )

),

final as (

    select
        combined.source_system,
        combined.source_table,
        combined.row_id,
        combined.reason,
        case when naming_erased.row_id is null then combined.landed_row end as landed_row,
        combined.file,
        combined.is_whole_file
    from combined
    left join naming_erased
        on
            combined.source_system = naming_erased.source_system
            and combined.source_table = naming_erased.source_table
            and combined.row_id = naming_erased.row_id

)

select * from final
