with

source as (

    select * from {{ source('raw_salesforce', 'opportunity') }}

),

cleaned as (

    select
        -- ids
        'salesforce' as source_system,
        'opportunity' as source_table,
        {{ clean_text('id') }} as opportunity_id,

        -- what
        lower({{ clean_text('type') }}) as opportunity_type,
        lower({{ clean_text('stage_name') }}) as stage_name,
        case when isfinite(amount) then amount end as amount,
        coalesce(is_closed, false) as is_closed,
        coalesce(is_won, false) as is_won,
        {{ clean_text('loss_reason_c') }} as lost_reason,
        coalesce(is_deleted, false) or coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        created_date as created_at,
        close_date as closed_at,
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
        case when opportunity_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
