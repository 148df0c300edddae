-- A merged record names the one that was kept, and is deleted; a converted lead names its contact,
-- and may be deleted later.
with

people as (

    select * from {{ ref('int_salesforce__people') }}

),

combined as (

    select
        source_system,
        source_table,
        master_record_id as kept_id,
        person_id,
        cast(null as timestamp) as merged_at
    from people
    where master_record_id is not null
    union all
    select
        source_system,
        source_table,
        converted_contact_id as kept_id,
        person_id,
        converted_at as merged_at
    from people
    where converted_contact_id is not null

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || kept_id as record_id,
        source_system || ':' || person_id as merged_record_id,
        merged_at
    from combined

)

select * from final
