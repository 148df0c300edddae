-- HubSpot keeps a score as a property of the contact: its own under the name hubspotscore, others
-- under names that an account gives, in which the word score stands.
with

contacts as (

    select * from {{ ref('int_hubspot__contacts') }}
    where not is_deleted

),

properties as (

    select
        contacts.source_system,
        contacts.record_id,
        contacts.updated_at,
        columns.key as score_name,
        {{ clean_text("columns.value ->> '$'") }} as score_text
    from contacts
    cross join lateral json_each(contacts.extra) as columns
    where contains(columns.key, 'score')

),

final as (

    select
        source_system,
        record_id,
        score_name,
        {{ text_number('score_text') }} as score,
        case when {{ text_number('score_text') }} is null then score_text end as grade,
        updated_at as scored_at
    from properties
    where score_text is not null

)

select * from final
