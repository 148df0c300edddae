with

source as (

    select * from {{ source('raw_salesforce', 'opportunity_contact_role') }}

),

cleaned as (

    select
        -- ids
        'salesforce' as source_system,
        'opportunity_contact_role' as source_table,
        {{ clean_text('id') }} as role_id,
        {{ clean_text('opportunity_id') }} as opportunity_id,
        {{ clean_text('contact_id') }} as person_id,

        -- what
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        coalesce(_fivetran_start, _fivetran_synced) as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case when role_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
