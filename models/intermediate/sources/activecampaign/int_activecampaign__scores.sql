with

score_values as (

    select
        *,
        row_number() over (
            partition by contact_id, score_id
            order by
                modified_at desc nulls last,
                synced_at desc nulls last,
                file_name desc,
                file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__score_values') }}
    where
        contact_id is not null
        and quarantine_reason is null

),

scores as (

    select
        *,
        row_number() over (
            partition by score_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__scores') }}
    where quarantine_reason is null

),

-- Two scores may bear one name: the number tells them apart.
named as (

    select
        score_id,
        case
            when count(*) over (partition by score_name) > 1 then score_name || '_' || score_id
            else score_name
        end as score_name
    from scores
    where delivery_rank = 1

),

final as (

    select
        score_values.source_system,
        score_values.source_system || ':' || score_values.contact_id as record_id,
        coalesce(named.score_name, 'score_' || score_values.score_id) as score_name,
        score_values.score,
        cast(null as varchar) as grade,
        coalesce(score_values.modified_at, score_values.synced_at) as scored_at
    from score_values
    left join named on score_values.score_id = named.score_id
    where
        score_values.delivery_rank = 1
        and score_values.score is not null

)

select * from final
