with

source as (

    select * from {{ source('raw_segment', 'groups') }}

),

cleaned as (

    select
        -- ids
        'segment' as source_system,
        'groups' as source_table,
        {{ blank_to_null('id') }} as call_id,
        {{ blank_to_null('group_id') }} as account_id,
        {{ blank_to_null('user_id') }} as user_id,
        {{ blank_to_null('anonymous_id') }} as anonymous_id,

        -- who
        {{ clean_text('coalesce(domain, website)') }} as company_domain,
        {{ normalized_domain('coalesce(domain, website)') }} as normalized_domain,
        {{ clean_text('name') }} as company_name,
        {{ clean_text('industry') }} as industry,
        try_cast({{ text_number(clean_text('employees')) }} as bigint) as employee_count,
        {{ text_number(clean_text('annual_revenue')) }} as annual_revenue,
        {{ clean_text('coalesce(country, address_country)') }} as country,

        -- everything else that the source has
        extra,

        -- when
        coalesce(timestamp, original_timestamp, received_at) as occurred_at,
        coalesce(received_at, uuid_ts) as loaded_at,

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
            when call_id is null then 'id is missing'
            when account_id is null then 'group_id is missing'
            when occurred_at > loaded_at + interval '1 day'
                then 'timestamp is more than a day after received_at'
        end as quarantine_reason
    from cleaned

)

select * from final
