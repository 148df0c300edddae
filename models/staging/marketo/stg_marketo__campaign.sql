with

source as (

    select * from {{ source('raw_marketo', 'campaign') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'campaign' as source_table,
        cast(id as varchar) as campaign_id,
        cast(program_id as varchar) as program_id,

        -- what
        {{ clean_text('name') }} as campaign_name,
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
        case when campaign_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
