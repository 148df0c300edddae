with

landed as (

    {{ landed_count(ref('stg_pardot__prospect')) }}
    union all
    {{ landed_count(ref('stg_pardot__visitor')) }}
    union all
    {{ landed_count(ref('stg_pardot__visitor_activity')) }}
    union all
    {{ landed_count(ref('stg_pardot__visitor_page_view')) }}
    union all
    {{ landed_count(ref('stg_pardot__visit')) }}
    union all
    {{ landed_count(ref('stg_pardot__campaign')) }}
    union all
    {{ landed_count(ref('stg_pardot__list')) }}
    union all
    {{ landed_count(ref('stg_pardot__list_membership')) }}
    union all
    {{ landed_count(ref('stg_pardot__tag')) }}
    union all
    {{ landed_count(ref('stg_pardot__tagged_object')) }}
    union all
    {{ landed_count(ref('stg_pardot__opportunity')) }}
    union all
    {{ landed_count(ref('stg_pardot__opportunity_prospect')) }}
    union all
    {{ landed_count(ref('stg_pardot__lifecycle_stage')) }}
    union all
    {{ landed_count(ref('stg_pardot__lifecycle_history')) }}

),

final as (

    select
        source_system,
        source_table,
        rows
    from landed

)

select * from final
