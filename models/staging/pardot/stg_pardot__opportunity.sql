with

source as (

    select * from {{ source('raw_pardot', 'opportunity') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'opportunity' as source_table,
        cast(id as varchar) as opportunity_id,

        -- what
        lower({{ clean_text('type') }}) as opportunity_type,
        lower({{ clean_text('status') }}) as status,
        {{ number_of_text('value') }} as amount,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        created_at,
        closed_at,
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
        case when opportunity_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
