with

submissions as (

    select * from {{ ref('stg_hubspot__contact_form_submission') }}

),

forms as (

    select
        *,
        row_number() over (
            partition by form_id
            order by synced_at desc nulls last, file_name desc, file_row desc
        ) as delivery_rank
    from {{ ref('stg_hubspot__form') }}
    where quarantine_reason is null

),

final as (

    select
        submissions.source_system,
        submissions.source_table,
        -- The id of a conversion is unique only with its contact and form, and may lack.
        concat_ws(
            ':',
            submissions.source_table,
            submissions.contact_id,
            submissions.form_id,
            coalesce(submissions.conversion_id, cast(epoch_ms(submissions.submitted_at) as varchar))
        ) as event_id,
        submissions.source_system || ':' || submissions.contact_id as record_id,
        cast(null as varchar) as normalized_email,
        'form_submission' as platform_event,
        lower(
            coalesce(
                forms.form_name,
                submissions.page_title,
                regexp_extract(submissions.page_url, '^[a-zA-Z]+://[^/]+(/[^?#]*)', 1)
            )
        ) as asset,
        nullif(
            lower(
                url_decode(
                    replace(
                        regexp_extract(submissions.page_url, '[?&]utm_campaign=([^&#]*)', 1),
                        '+',
                        ' '
                    )
                )
            ),
            ''
        ) as campaign,
        cast(null as varchar) as message_id,
        cast(null as double) as duration_seconds,
        false as is_marked_automated,
        submissions.is_deleted,
        cast(null as varchar) as user_agent,
        submissions.submitted_at as occurred_at,
        submissions.synced_at as loaded_at,
        submissions.file_path,
        submissions.file_name,
        submissions.file_row,
        submissions.landed_row,
        submissions.quarantine_reason
    from submissions
    left join forms
        on
            submissions.form_id = forms.form_id
            and forms.delivery_rank = 1

)

select * from final
