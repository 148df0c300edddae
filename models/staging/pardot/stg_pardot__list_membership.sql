with

source as (

    select * from {{ source('raw_pardot', 'list_membership') }}

),

cleaned as (

    select
        -- ids
        'pardot' as source_system,
        'list_membership' as source_table,
        cast(id as varchar) as membership_id,
        cast(list_id as varchar) as list_id,
        cast(prospect_id as varchar) as prospect_id,

        -- what
        coalesce(opted_out, false) as is_opted_out,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        case when opted_out then coalesce(updated_at, created_at) else created_at end
            as occurred_at,
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
            when membership_id is null then 'id is missing'
            when prospect_id is null then 'prospect_id is missing'
            when occurred_at is null then 'created_at is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
