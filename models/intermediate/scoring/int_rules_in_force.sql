with

profile_segments as (

    select * from {{ ref('int_profile_segments') }}

),

rules as (

    select * from {{ ref('int_rules') }}

),

-- The row of the lead's own segment where there is one, else the general row.
candidates as (

    select
        profile_segments.profile_key,
        rules.rule_key,
        row_number() over (
            partition by
                profile_segments.profile_key,
                rules.model_key,
                rules.dimension,
                rules.rule_id
            order by case when rules.segment is null then 2 else 1 end
        ) as preference
    from profile_segments
    inner join rules
        on
            profile_segments.model_key = rules.model_key
            and (rules.segment is null or profile_segments.segment = rules.segment)

),

final as (

    select
        profile_key,
        rule_key
    from candidates
    where preference = 1

)

select * from final
