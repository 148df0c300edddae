-- Of tables of events int_landed_rows counts all that was ever landed.
with

landed as (

    {{ landed_count(ref('stg_marketo__lead')) }}
    union all
    {{ landed_count(ref('stg_marketo__company')) }}
    union all
    {{ landed_count(ref('stg_marketo__lead_describe')) }}
    union all
    {{ landed_count(ref('stg_marketo__program')) }}
    union all
    {{ landed_count(ref('stg_marketo__campaign')) }}
    union all
    {{ landed_count(ref('stg_marketo__email_template_history')) }}
    union all
    {{ landed_count(ref('stg_marketo__opportunity')) }}
    union all
    {{ landed_count(ref('stg_marketo__opportunity_role')) }}
    union all
    {{ landed_count(ref('stg_marketo__activity_change_data_value')) }}
    union all
    {{ landed_count(ref('stg_marketo__activity_change_score')) }}
    union all
    {{ landed_count(ref('stg_marketo__activity_delete_lead')) }}
    union all
    {{ landed_count(ref('stg_marketo__activity_merge_leads')) }}

),

final as (

    select
        source_system,
        source_table,
        rows
    from landed

)

select * from final
