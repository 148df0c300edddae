with

leads as (

    select * from {{ ref('int_leads') }}
    where is_scored

),

lead_segments as (

    select * from {{ ref('int_lead_segments') }}

),

-- A profile is a combination of segments, one for each model: few of them cover all leads.
combinations as (

    select
        lead_key,
        string_agg(model_key || '=' || segment, '|' order by model_key) as segments
    from lead_segments
    group by lead_key

),

final as (

    select
        leads.lead_key,
        cast(dense_rank() over (order by coalesce(combinations.segments, '')) as integer)
            as profile_key
    from leads
    left join combinations on leads.lead_key = combinations.lead_key

)

select * from final
