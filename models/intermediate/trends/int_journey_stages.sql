with

conversions as (

    select * from {{ ref('int_conversion_deliveries') }}
    where intake_status = 'used'

),

leads as (

    select * from {{ ref('int_leads') }}
    where is_scored

),

-- Every journey starts when the lead was created; a conversion dated before that starts it earlier.
entered as (

    select
        leads.lead_key,
        conversions.stage,
        conversions.occurred_at as entered_at,
        conversions.conversion_id
    from conversions
    inner join leads on conversions.lead_id = leads.lead_id
    union all
    select distinct
        leads.lead_key,
        'lead' as stage,
        leads.created_at as entered_at,
        '' as conversion_id
    from conversions
    inner join leads on conversions.lead_id = leads.lead_id
    where leads.created_at is not null

),

-- The same stage told twice in a row was entered once.
changes as (

    select *
    from entered
    qualify
        stage is distinct from lag(stage) over (
            partition by lead_key
            order by entered_at, conversion_id
        )

),

final as (

    select
        lead_key,
        row_number() over lead_stages as stage_number,
        stage,
        entered_at,
        lead(entered_at) over lead_stages as left_at,
        lead(stage) over lead_stages as next_stage
    from changes
    window lead_stages as (partition by lead_key order by entered_at, conversion_id)

)

select * from final
