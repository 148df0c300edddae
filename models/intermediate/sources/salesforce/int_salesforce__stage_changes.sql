-- When leads reached a stage: by what is known of their status, else by their conversion.
with

versions as (

    select
        source_system,
        source_table,
        person_id,
        lower(status) as status,
        versioned_at as changed_at,
        file_name,
        file_row,
        landed_row
    from {{ ref('stg_salesforce__lead') }}
    where
        versioned_at is not null
        and quarantine_reason is null
    union all
    select
        source_system,
        source_table,
        person_id,
        lower(new_value) as status,
        changed_at,
        file_name,
        file_row,
        landed_row
    from {{ ref('stg_salesforce__lead_history') }}
    where
        field_name = 'status'
        and quarantine_reason is null

),

-- A version that changed something else has the status of the one before.
with_earlier as (

    select
        *,
        lag(status) over (
            partition by person_id order by changed_at asc, file_name asc, file_row asc
        ) as earlier_status
    from versions

),

of_status as (

    select
        with_earlier.source_system,
        with_earlier.source_table,
        with_earlier.person_id,
        vocabulary.stage,
        case when vocabulary.stage in ('rejected', 'lost') then with_earlier.status end as reason,
        with_earlier.changed_at as occurred_at,
        with_earlier.file_name,
        with_earlier.file_row,
        with_earlier.landed_row
    from with_earlier
    inner join {{ ref('lead_status_vocabulary') }} as vocabulary
        on
            with_earlier.source_system = vocabulary.source_system
            and with_earlier.status = vocabulary.platform_status
    where
        vocabulary.stage is not null
        and with_earlier.status is distinct from with_earlier.earlier_status

),

of_conversion as (

    select
        people.source_system,
        people.source_table,
        people.person_id,
        vocabulary.stage,
        cast(null as varchar) as reason,
        people.converted_at as occurred_at,
        people.file_name,
        people.file_row,
        people.landed_row
    from {{ ref('int_salesforce__people') }} as people
    inner join {{ ref('lifecycle_stage_vocabulary') }} as vocabulary
        on
            people.source_system = vocabulary.source_system
            and vocabulary.platform_stage = 'converted'
    where
        people.converted_at is not null
        and vocabulary.stage is not null

),

told as (

    select distinct
        person_id,
        stage
    from of_status

),

final as (

    select * from of_status
    union all
    select of_conversion.*
    from of_conversion
    left join told
        on
            of_conversion.person_id = told.person_id
            and of_conversion.stage = told.stage
    where told.person_id is null

)

select
    source_system,
    source_table,
    person_id,
    stage,
    reason,
    occurred_at,
    file_name,
    file_row,
    landed_row
from final
