{{ config(materialized='view') }}

-- Everything by which a record may be known to be somebody else's too.
with

records as (

    select * from {{ ref('int_lead_records') }}

),

given as (

    select * from {{ ref('int_source_identifiers') }}

),

platform_merges as (

    select * from {{ ref('int_source_merges') }}

),

run as (

    select * from {{ source('control', 'run') }}

),

merged as (

    select
        platform_merges.record_id,
        platform_merges.merged_record_id,
        least(platform_merges.record_id, platform_merges.merged_record_id)
        || ' and '
        || greatest(platform_merges.record_id, platform_merges.merged_record_id) as both_records
    from platform_merges
    cross join run
    where
        platform_merges.record_id <> platform_merges.merged_record_id
        and coalesce(platform_merges.merged_at < run.score_date + interval '1 day', true)

),

-- A record that was merged away joins too, although it is no longer there.
of_merges as (

    select
        record_id,
        both_records
    from merged
    union
    select
        merged_record_id as record_id,
        both_records
    from merged

),

-- Deleted, or not yet there at the score date: such a record joins nobody, whatever it carries; but
-- the ids of one that was merged away lead to the person that it became.
absent as (

    select record_id from {{ ref('int_lead_deliveries') }}
    where
        intake_status in ('voided', 'future')
        and record_id not in (select of_merges.record_id from of_merges)

),

final as (

    select
        record_id,
        'email' as identifier_type,
        normalized_email as identifier_value
    from records
    where normalized_email is not null
    union all
    -- Who is known by events alone is no lead, but leads to one.
    select distinct
        given.record_id,
        given.identifier_type,
        case
            when starts_with(given.identifier_type, 'salesforce_')
                then {{ salesforce_id('given.identifier_value') }}
            else given.identifier_value
        end as identifier_value
    from given
    left join absent on given.record_id = absent.record_id
    where absent.record_id is null
    union all
    select
        record_id,
        'merge' as identifier_type,
        both_records as identifier_value
    from of_merges

)

select * from final
