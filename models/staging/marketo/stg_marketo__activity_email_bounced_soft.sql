with

source as (

    select * from {{ source('raw_marketo', 'activity_email_bounced_soft') }}

),

cleaned as (

    select
        -- ids
        'marketo' as source_system,
        'activity_email_bounced_soft' as source_table,
        cast(id as varchar) as activity_id,
        cast(lead_id as varchar) as lead_id,
        cast(campaign_id as varchar) as campaign_id,
        cast(primary_attribute_value_id as varchar) as mail_id,
        cast(campaign_run_id as varchar) as campaign_run_id,

        -- what
        coalesce(cast(activity_type_id as varchar), '27') as activity_code,
        lower({{ clean_text('primary_attribute_value') }}) as asset,

        -- when
        activity_date as occurred_at,
        _fivetran_synced as synced_at,

        -- where from
        _path as file_path,
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case
            when activity_id is null then 'id is missing'
            when lead_id is null then 'lead_id is missing'
            when occurred_at is null then 'activity_date is missing'
        end as quarantine_reason
    from cleaned

)

select * from final
