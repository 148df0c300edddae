with

source as (

    select * from {{ source('raw_pardot', 'opportunity_prospect') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'opportunity_prospect' as source_table,
        cast(opportunity_id as varchar) as opportunity_id,
        cast(prospect_id as varchar) as prospect_id,

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
            when opportunity_id is null then 'opportunity_id is missing'
            when prospect_id is null then 'prospect_id is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
