with

source as (

    select * from {{ source('raw_custom', 'privacy_requests') }}

),

cleaned as (

    select
        -- ids
        'custom' as source_system,
        'privacy_requests' as source_table,
        {{ blank_to_null('lead_id') }} as record_id,
        {{ normalized_email('email') }} as normalized_email,

        -- what
        lower({{ clean_text('request') }}) as request,

        -- when
        requested_at,

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
            when record_id is null and normalized_email is null
                then 'lead_id and email are both missing'
            when request is null then 'request is missing'
            when request not in ('erase', 'do_not_score')
                then 'request is neither erase nor do_not_score'
            when requested_at is null then 'requested_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
