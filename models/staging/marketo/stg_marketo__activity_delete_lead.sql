with

source as (

    select * from {{ source('raw_marketo', 'activity_delete_lead') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'activity_delete_lead' as source_table,
        cast(id as varchar) as activity_id,
        cast(lead_id as varchar) as lead_id,

        -- when
        activity_date as removed_at,
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
            when activity_id is null then 'id is missing'
            when lead_id is null then 'lead_id is missing'
            when removed_at is null then 'activity_date is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
