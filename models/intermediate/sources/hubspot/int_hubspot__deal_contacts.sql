-- Each contact of each deal once, whatever kinds of association HubSpot keeps, but for ended ones.
with

deliveries as (

    select * from {{ ref('stg_hubspot__deal_contact') }}
    where quarantine_reason is null

),

ranked as (

    select
        *,
        row_number() over (
            partition by deal_id, contact_id, association_type_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from deliveries

),

final as (

    select distinct
        deal_id,
        contact_id
    from ranked
    where
        delivery_rank = 1
        and not is_deleted

)

select * from final
