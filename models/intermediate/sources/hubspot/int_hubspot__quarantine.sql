-- Broken rows of the tables that are in no shape; those of shapes carry their reason there.
with

details as (

    select * from {{ ref('int_hubspot__details') }}

),

engagement_contacts as (

    select * from {{ ref('int_hubspot__engagement_contacts') }}
    where platform_event is null

),

final as (

    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from details
    where quarantine_reason is not null
    union all
    select
        source_system,
        source_table,
        file_name,
        file_row,
        quarantine_reason,
        landed_row
    from engagement_contacts
    where quarantine_reason is not null

)

select * from final
