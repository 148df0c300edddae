with

source as (

    select * from {{ source('raw_custom', 'conversions') }}

),

cleaned as (

    select
        -- ids
        'custom' as source_system,
        'conversions' as source_table,
        {{ blank_to_null('conversion_id') }} as conversion_id,
        {{ blank_to_null('lead_id') }} as record_id,

        -- what
        lower({{ clean_text('stage') }}) as stage,
        case when isfinite(amount) then amount end as amount,
        {{ clean_text('reason') }} as reason,

        -- when
        occurred_at,

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
            when conversion_id is null then 'conversion_id is missing'
            when record_id is null then 'lead_id is missing'
            when stage is null then 'stage is missing'
            when stage not in ('mql', 'sql', 'opportunity', 'customer', 'rejected', 'lost')
                then 'stage is none of mql, sql, opportunity, customer, rejected, lost'
            when occurred_at is null then 'occurred_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
