-- A visitor without a prospect is nobody yet. Rows that cannot be used are counted in intake.
with

visitors as (

    select * from {{ ref('stg_pardot__visitor') }}
    where quarantine_reason is null

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || visitor_id as anonymous_id,
        source_system || ':' || prospect_id as record_id,
        cast(null as varchar) as normalized_email,
        identified_at as occurred_at,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from visitors
    where
        prospect_id is not null
        and not is_deleted

)

select * from final
