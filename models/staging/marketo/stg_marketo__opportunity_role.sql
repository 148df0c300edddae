with

source as (

    select * from {{ source('raw_marketo', 'opportunity_role') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'opportunity_role' as source_table,
        {{ clean_text('external_opportunity_id') }} as opportunity_id,
        cast(lead_id as varchar) as lead_id,

        -- what
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        _fivetran_synced as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case
            when opportunity_id is null then 'external_opportunity_id is missing'
            when lead_id is null then 'lead_id is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
