with

conditions as (

    select * from {{ ref('int_conditions') }}

),

-- A derived attribute needs the one that it is derived from.
derived_from as (

    select * from (
        values ('seniority', 'job_title'), ('department', 'job_title'), ('region', 'country')
    ) as pairs (attribute, origin)

),

final as (

    select attribute from conditions
    union
    select derived_from.origin as attribute
    from derived_from
    inner join conditions on derived_from.attribute = conditions.attribute

)

select * from final
