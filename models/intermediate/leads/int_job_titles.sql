with

given as (

    select * from {{ ref('int_given_attributes') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

keywords as (

    select
        lower({{ clean_text('kind') }}) as kind,
        lower({{ clean_text('keyword') }}) as keyword,
        {{ clean_text('value') }} as value,
        priority
    from {{ ref('job_title_keywords') }}

),

titles as (

    select value_text as job_title
    from given
    where attribute = 'job_title'
    union
    select lower(job_title) as job_title
    from leads
    where job_title is not null

),

matches as (

    select
        titles.job_title,
        keywords.kind,
        keywords.value,
        row_number() over (
            partition by titles.job_title, keywords.kind
            order by keywords.priority, keywords.value
        ) as keyword_rank
    from titles
    inner join keywords on {{ text_matches("'has_word'", 'titles.job_title', 'keywords.keyword') }}

),

final as (

    select
        job_title,
        max(value) filter (where kind = 'seniority') as seniority,
        max(value) filter (where kind = 'department') as department
    from matches
    where keyword_rank = 1
    group by job_title

)

select * from final
