with

source as (

    select * from {{ source('raw_activecampaign', 'score_values') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'score_values' as source_table,
        cast(id as varchar) as value_id,
        cast(score as varchar) as score_id,
        cast(contact as varchar) as contact_id,

        -- what
        {{ text_number(clean_text('score_value')) }} as score,

        -- when
        mdate as modified_at,
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
        case
            when value_id is null then 'id is missing'
            when score_id is null then 'score is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
