-- Of tables of events int_landed_rows counts all that was ever landed.
with

landed as (

    {{ landed_count(ref('stg_activecampaign__contacts')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__contact_custom_field_values')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__accounts')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__contact_custom_fields')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__lists')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__tags')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__campaigns')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__account_contacts')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__deals')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__contact_deals')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__deal_groups')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__scores')) }}
    union all
    {{ landed_count(ref('stg_activecampaign__score_values')) }}

),

final as (

    select
        source_system,
        source_table,
        rows
    from landed

)

select * from final
