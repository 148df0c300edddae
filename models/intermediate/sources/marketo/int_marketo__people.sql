-- Every delivery of a person, in order, and whether the person is still there. Somebody who was
-- changed or created after the removal is: the number was given again.
with

deliveries as (

    select * from {{ ref('stg_marketo__lead') }}

),

removals as (

    select * from {{ ref('int_marketo__removals') }}

),

with_fate as (

    select
        deliveries.*,
        deliveries.source_system || ':' || deliveries.marketo_lead_id as record_id,
        coalesce(
            removals.removed_at >= coalesce(deliveries.modified_at, deliveries.created_at),
            false
        ) as is_deleted,
        removals.removed_at
    from deliveries
    left join removals
        on deliveries.source_system || ':' || deliveries.marketo_lead_id = removals.record_id

),

final as (

    select
        *,
        -- A removal does not change the record, and yet comes after all that is known of it.
        case
            when is_deleted then greatest(removed_at, modified_at, synced_at)
            else coalesce(modified_at, synced_at)
        end as updated_at,
        row_number() over (
            partition by marketo_lead_id, quarantine_reason is not null
            order by
                coalesce(modified_at, synced_at) desc nulls last,
                synced_at desc nulls last,
                file_name desc,
                file_row desc
        ) as delivery_rank
    from with_fate

)

select * from final
