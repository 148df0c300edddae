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

requested as (

    select
        lower(identifier_value) as name,
        -- A number may mean anything within a text.
        regexp_full_match(identifier_value, '\d+') as is_number,
        not list_contains({{ words_of('identifier_value') }}, lower(identifier_value)) as is_no_word
    from {{ ref('int_requested_identifiers') }}
    where identifier_type in ('record_id', 'email', 'visitor')

),

texts as (

    select
        source_system,
        source_table,
        row_id,
        lower(unnest(json_extract_string(landed_row, '$.*'))) as text
    from combined

),

words as (

    select
        source_system,
        source_table,
        row_id,
        text as word,
        true as is_whole_text
    from texts
    union all
    select
        source_system,
        source_table,
        row_id,
        unnest({{ words_of('text') }}) as word,
        false as is_whole_text
    from texts

),

-- A broken row belongs to nobody, and may name a person who asked to be erased or not to be scored.
naming as (

    select
        words.source_system,
        words.source_table,
        words.row_id
    from words
    inner join requested
        on
            words.word = requested.name
            and (words.is_whole_text or not requested.is_number)
    union
    select
        texts.source_system,
        texts.source_table,
        texts.row_id
    from texts
    inner join requested
        on
            requested.is_no_word
            and contains(texts.text, requested.name)

),

final as (

    select
        combined.source_system,
        combined.source_table,
        combined.row_id,
        combined.reason,
        case when naming.row_id is null then combined.landed_row end as landed_row,
        combined.file,
        combined.is_whole_file
    from combined
    left join naming
        on
            combined.source_system = naming.source_system
            and combined.source_table = naming.source_table
            and combined.row_id = naming.row_id

)

select * from final
