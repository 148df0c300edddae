with

final as (

    select
        source_system,
        source_table,
        row_id,
        reason,
        landed_row as row,
        file
    from {{ ref('int_quarantine') }}

)

select * from final
