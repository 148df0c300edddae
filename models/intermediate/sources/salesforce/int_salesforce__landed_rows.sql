with

landed as (

    {{ landed_count(ref('stg_salesforce__lead')) }}
    union all
    {{ landed_count(ref('stg_salesforce__contact')) }}
    union all
    {{ landed_count(ref('stg_salesforce__account')) }}
    union all
    {{ landed_count(ref('stg_salesforce__lead_history')) }}
    union all
    {{ landed_count(ref('stg_salesforce__contact_history')) }}
    union all
    {{ landed_count(ref('stg_salesforce__campaign')) }}
    union all
    {{ landed_count(ref('stg_salesforce__campaign_member')) }}
    union all
    {{ landed_count(ref('stg_salesforce__task')) }}
    union all
    {{ landed_count(ref('stg_salesforce__event')) }}
    union all
    {{ landed_count(ref('stg_salesforce__opportunity')) }}
    union all
    {{ landed_count(ref('stg_salesforce__opportunity_history')) }}
    union all
    {{ landed_count(ref('stg_salesforce__opportunity_contact_role')) }}

),

final as (

    select
        source_system,
        source_table,
        rows
    from landed

)

select * from final
