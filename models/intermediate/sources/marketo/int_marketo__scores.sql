-- Marketo counts scores in fields of the person, in whose names the word score stands, and tells
-- their changes: the latest of all is the score.
with

people as (

    select * from {{ ref('int_marketo__people') }}
    where
        delivery_rank = 1
        and quarantine_reason is null
        and not is_deleted

),

fields as (

    select * from {{ ref('int_marketo__fields') }}

),

score_changes as (

    select * from {{ ref('stg_marketo__activity_change_score') }}
    where quarantine_reason is null

),

value_changes as (

    select * from {{ ref('int_marketo__lead_attributes') }}
    where
        contains(attribute, 'score')
        and quarantine_reason is null

),

of_people as (

    select
        people.source_system,
        people.record_id,
        lower(columns.key) as score_name,
        {{ text_number("columns.value ->> '$'") }} as score,
        people.updated_at as scored_at,
        people.file_name,
        people.file_row
    from people
    cross join lateral json_each(people.extra) as columns
    where contains(lower(columns.key), 'score')

),

of_changes as (

    select
        people.source_system,
        people.record_id,
        coalesce(fields.attribute, score_changes.field_name, 'marketo_score') as score_name,
        score_changes.score,
        score_changes.changed_at as scored_at,
        score_changes.file_name,
        score_changes.file_row
    from score_changes
    inner join people on score_changes.lead_id = people.marketo_lead_id
    left join fields on score_changes.field_id = fields.field_id
    union all
    select
        people.source_system,
        people.record_id,
        value_changes.attribute as score_name,
        value_changes.value_number as score,
        value_changes.updated_at as scored_at,
        value_changes.file_name,
        value_changes.file_row
    from value_changes
    inner join people on value_changes.record_id = people.record_id

),

combined as (

    select * from of_people
    union all
    select * from of_changes

),

ranked as (

    select
        *,
        row_number() over (
            partition by record_id, score_name
            order by scored_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from combined
    where score is not null

),

final as (

    select
        source_system,
        record_id,
        score_name,
        score,
        cast(null as varchar) as grade,
        scored_at
    from ranked
    where delivery_rank = 1

)

select * from final
