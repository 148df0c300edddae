with

source as (

    select * from {{ source('raw_custom', 'identities') }}

),

cleaned as (

    select
        -- ids
        'custom' as source_system,
        'identities' as source_table,
        {{ blank_to_null('anonymous_id') }} as anonymous_id,
        {{ blank_to_null('lead_id') }} as record_id,
        {{ normalized_email('email') }} as normalized_email,

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
            when anonymous_id is null then 'anonymous_id is missing'
            when record_id is null and normalized_email is null
                then 'lead_id and email are both missing'
        end as quarantine_reason
    from cleaned

)

select * from final
