with

source as (

    select * from {{ source('raw_activecampaign', 'tasks') }}

),

cleaned as (

    select
        -- ids
        'activecampaign' as source_system,
        'tasks' as source_table,
        cast(id as varchar) as task_id,
        case
            when lower({{ clean_text('reltype') }}) in ('subscriber', 'contact')
                then cast(relid as varchar)
        end as contact_id,

        -- what
        {{ clean_text('title') }} as subject,
        coalesce(status = 1, false) as is_done,

        -- when
        case when status = 1 then coalesce(udate, cdate) else cdate end as occurred_at,
        _sdc_extracted_at as synced_at,

        -- where from
        _path as file_path,
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case
            when task_id is null then 'id is missing'
            when occurred_at is null then 'cdate is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
