with

countries as (

    select * from {{ ref('countries') }}

),

names as (

    select lower({{ clean_text('country') }}) as name, {{ clean_text('region') }} as region
    from countries
    union
    select lower({{ clean_text('iso2') }}) as name, {{ clean_text('region') }} as region
    from countries
    union
    select lower({{ clean_text('iso3') }}) as name, {{ clean_text('region') }} as region
    from countries

),

final as (

    select
        name,
        min(region) as region
    from names
    where name is not null
    group by name

)

select * from final
