with

source as (

    select * from {{ source('raw_marketo', 'program_membership') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'program_membership' as source_table,
        cast(lead_id as varchar) as lead_id,
        cast(program_id as varchar) as program_id,

        -- what
        lower({{ clean_text('progression_status') }}) as status,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        case
            when reached_success then coalesce(reached_success_date, membership_date)
            else membership_date
        end as occurred_at,
        _fivetran_synced as synced_at,

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
            when lead_id is null then 'lead_id is missing'
            when program_id is null then 'program_id is missing'
            when occurred_at is null then 'membership_date is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
