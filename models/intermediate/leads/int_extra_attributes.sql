with

records as (

    select * from {{ ref('int_lead_records') }}
    where extra is not null

),

members as (

    select * from {{ ref('int_lead_members') }}

),

leads as (

    select * from {{ ref('int_leads') }}

),

accounts as (

    select * from {{ ref('int_accounts') }}
    where extra is not null

),

-- Columns that the contract does not name, of a lead's records and, after those, of its account.
of_records as (

    select
        members.lead_id,
        1 as precedence,
        coalesce(records.updated_at, records.created_at) as known_at,
        records.record_id,
        columns.key,
        columns.type,
        columns.value
    from records
    inner join members on records.record_id = members.record_id
    cross join lateral json_each(records.extra) as columns

),

of_accounts as (

    select
        leads.lead_id,
        2 as precedence,
        accounts.updated_at as known_at,
        accounts.account_id as record_id,
        columns.key,
        columns.type,
        columns.value
    from leads
    inner join accounts on leads.account_id = accounts.account_id
    cross join lateral json_each(accounts.extra) as columns

),

combined as (

    select * from of_records
    union all
    select * from of_accounts

),

as_text as (

    select
        lead_id,
        precedence,
        known_at,
        record_id,
        key,
        lower({{ clean_text('key') }}) as attribute,
        case
            when type = 'DOUBLE' then {{ number_text('try_cast(value as double)') }}
            else {{ clean_text("value ->> '$'") }}
        end as value_text
    from combined

),

ranked as (

    select
        *,
        row_number() over (
            partition by lead_id, attribute
            order by precedence asc, known_at desc nulls last, record_id desc, key desc
        ) as attribute_rank
    from as_text
    where
        value_text is not null
        and attribute is not null

),

final as (

    select
        lead_id,
        attribute,
        value_text
    from ranked
    where attribute_rank = 1

)

select * from final
