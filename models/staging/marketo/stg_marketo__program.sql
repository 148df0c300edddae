with

source as (

    select * from {{ source('raw_marketo', 'program') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'program' as source_table,
        cast(id as varchar) as program_id,

        -- what
        {{ clean_text('name') }} as program_name,
        lower({{ clean_text('channel') }}) as channel,
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
        case when program_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
