with

source as (

    select * from {{ source('raw_hubspot', 'email_event_status_change') }}

),

cleaned as (

    select
        -- ids
        'hubspot' as source_system,
        'email_event_status_change' as source_table,
        {{ clean_text('id') }} as email_event_id,

        -- what
        lower({{ clean_text('portal_subscription_status') }}) as subscription_status,
        {{ clean_text('subscriptions') }} as subscription_changes,
        coalesce(bounced, false) as is_because_of_bounce,
        {{ clean_text('requested_by') }} as requested_by,
        lower({{ clean_text('source') }}) as change_source,

        -- when
        _fivetran_synced as synced_at,

        -- where from
        _file as file_name,
        _row as file_row,
        {{ row_as_json('source') }} as landed_row
    from source

),

final as (

    select
        *,
        case when email_event_id is null then 'id is missing' end as quarantine_reason
    from cleaned

)

select * from final
