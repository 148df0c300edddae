with

source as (

    select * from {{ source('raw_activecampaign', 'scores') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'scores' as source_table,
        cast(id as varchar) as score_id,

        -- what
        {{ snake_case('name') }} as score_name,

        -- when
        _sdc_extracted_at as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case when score_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
