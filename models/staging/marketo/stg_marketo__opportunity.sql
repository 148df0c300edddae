with

source as (

    select * from {{ source('raw_marketo', 'opportunity') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'opportunity' as source_table,
        {{ clean_text('external_opportunity_id') }} as opportunity_id,

        -- what
        lower({{ clean_text('type') }}) as opportunity_type,
        case
            when is_won then 'won'
            when is_closed then 'lost'
            else 'open'
        end as status,
        {{ number_of_text('amount') }} as amount,
        coalesce(_fivetran_deleted, false) as is_deleted,

        -- when
        coalesce(external_created_date, created_at) as created_at,
        close_date as closed_at,
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
        case
            when opportunity_id is null then 'external_opportunity_id is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
