-- Smart campaigns by the name of their program: that is what marketers call a campaign.
with

campaigns as (

    select
        *,
        row_number() over (
            partition by campaign_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_marketo__campaign') }}
    where quarantine_reason is null

),

programs as (

    select
        *,
        row_number() over (
            partition by program_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_marketo__program') }}
    where quarantine_reason is null

),

final as (

    select
        campaigns.campaign_id,
        lower(coalesce(programs.program_name, campaigns.campaign_name)) as campaign
    from campaigns
    left join programs
        on
            campaigns.program_id = programs.program_id
            and programs.delivery_rank = 1
    where campaigns.delivery_rank = 1

)

select * from final
