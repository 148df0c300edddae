with

source as (

    select * from {{ source('raw_salesforce', 'campaign') }}

),

cleaned as (

    select
        -- ids
        'salesforce' as source_system,
        'campaign' as source_table,
        {{ clean_text('id') }} as campaign_id,

        -- what
        {{ clean_text('name') }} as campaign_name,
        lower({{ clean_text('type') }}) as campaign_type,
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
        case when campaign_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
