with

records as (

    select * from {{ ref('int_lead_records') }}

),

groups as (

    select * from {{ ref('int_record_groups') }}

),

-- One person for each group of records; a record in no group stands alone.
ranked as (

    select
        records.source_system,
        records.source_record_id,
        records.record_id,
        records.normalized_email,
        groups.group_key,
        groups.is_merged,
        groups.has_shared_email,
        row_number() over (
            partition by groups.group_key
            order by records.created_at, records.record_id
        ) as age_rank,
        first_value(records.record_id) over (
            partition by groups.group_key
            order by records.created_at, records.record_id
        ) as oldest_record_id,
        count(*) over (partition by groups.group_key) as records
    from records
    inner join groups on records.record_id = groups.record_id

),

final as (

    select
        oldest_record_id as lead_id,
        source_system,
        source_record_id,
        record_id,
        normalized_email,
        records as members,
        case
            when age_rank = 1 then 'itself'
            when is_merged then 'merge'
            when has_shared_email then 'email'
            else 'link'
        end as joined_by
    from ranked
    union all
    select
        records.record_id as lead_id,
        records.source_system,
        records.source_record_id,
        records.record_id,
        records.normalized_email,
        1 as members,
        'itself' as joined_by
    from records
    left join groups on records.record_id = groups.record_id
    where groups.record_id is null

)

select * from final
