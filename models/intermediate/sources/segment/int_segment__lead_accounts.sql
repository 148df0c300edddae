with

groups as (

    select * from {{ ref('stg_segment__groups') }}

),

-- A person who was in several groups belongs to the one named last.
final as (

    select
        source_system,
        source_table,
        'segment:' || user_id as record_id,
        account_id
    from groups
    where user_id is not null and quarantine_reason is null
    qualify row_number() over (
        partition by user_id
        order by
            occurred_at desc nulls last,
            loaded_at desc nulls last,
            file_name desc,
            file_row desc
    ) = 1

)

select * from final
