with

ranked as (

    select
        *,
        row_number() over (
            partition by contact_id
            order by modified_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_activecampaign__account_contacts') }}
    where quarantine_reason is null

),

final as (

    select
        source_system,
        source_table,
        source_system || ':' || contact_id as record_id,
        source_system || ':' || company_id as account_id
    from ranked
    where delivery_rank = 1

)

select * from final
