with

given as (

    select * from {{ ref('int_given_attributes') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

job_titles as (

    select * from {{ ref('int_job_titles') }}

),

country_regions as (

    select * from {{ ref('int_country_regions') }}

),

of_email as (

    select
        lead_key,
        'email_domain' as attribute,
        email_domain as value_text
    from leads
    union all
    select
        lead_key,
        'email_type' as attribute,
        email_type as value_text
    from leads

),

of_job_title as (

    select
        given.lead_key,
        derived.attribute,
        case derived.attribute
            when 'seniority' then job_titles.seniority
            when 'department' then job_titles.department
        end as value_text
    from given
    inner join job_titles on given.value_text = job_titles.job_title
    cross join (values ('seniority'), ('department')) as derived (attribute)
    where given.attribute = 'job_title'

),

of_country as (

    select
        given.lead_key,
        'region' as attribute,
        country_regions.region as value_text
    from given
    inner join country_regions on given.value_text = country_regions.name
    where given.attribute = 'country'

),

derived as (

    select * from of_email
    union all
    select * from of_job_title
    union all
    select * from of_country

),

-- What a source gives stands; what can be derived fills the gaps.
filling as (

    select
        derived.lead_key,
        derived.attribute,
        lower(derived.value_text) as value_text,
        cast(null as double) as value_number
    from derived
    left join given
        on
            derived.lead_key = given.lead_key
            and derived.attribute = given.attribute
    where
        derived.value_text is not null
        and given.lead_key is null

),

final as (

    select
        lead_key,
        attribute,
        value_text,
        value_number
    from given
    union all
    select
        lead_key,
        attribute,
        value_text,
        value_number
    from filling

)

select * from final
