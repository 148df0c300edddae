with

source as (

    select * from {{ source('raw_marketo', 'email_template_history') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'email_template_history' as source_table,
        cast(id as varchar) as mail_id,
        version,

        -- what
        {{ clean_text('name') }} as mail_name,

        -- when
        updated_at as modified_at,
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
        case when mail_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
