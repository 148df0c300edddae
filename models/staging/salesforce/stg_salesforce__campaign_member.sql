with

source as (

    select * from {{ source('raw_salesforce', 'campaign_member') }}

),

cleaned as (

    select
        -- ids
        'salesforce' as source_system,
        'campaign_member' as source_table,
        {{ clean_text('id') }} as membership_id,
        {{ clean_text('campaign_id') }} as campaign_id,
        {{ clean_text('coalesce(contact_id, lead_id, lead_or_contact_id)') }} as person_id,

        -- what
        lower({{ clean_text('status') }}) as status,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        case
            when has_responded then coalesce(first_responded_date, created_date)
            else created_date
        end as occurred_at,
        coalesce(_fivetran_start, _fivetran_synced) as synced_at,

        -- where from
        _path as file_path,
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case
            when membership_id is null then 'id is missing'
            when person_id is null then 'lead_id and contact_id are missing'
            when occurred_at is null then 'created_date is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
