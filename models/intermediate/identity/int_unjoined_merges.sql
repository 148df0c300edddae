{{ config(materialized='view') }}

-- Merges that a platform tells of and that join nothing, but none of people who asked to be erased
-- or not to be scored.
with

platform_merges as (

    select * from {{ ref('int_source_merges') }}

),

record_leads as (

    select * from {{ ref('int_record_leads') }}

),

asked as (

    select * from {{ ref('int_requested_names') }}
    where kind = 'record'

),

run as (

    select * from {{ source('control', 'run') }}

),

with_reasons as (

    select
        platform_merges.record_id
        || ' and '
        || platform_merges.merged_record_id as identifier_value,
        case
            when platform_merges.record_id = platform_merges.merged_record_id
                then 'a record that was merged with itself'
            when platform_merges.merged_at >= run.score_date + interval '1 day'
                then 'merged after the score date'
            when kept.record_id is null and away.record_id is null
                then 'both records are deleted or were never landed'
        end as reason,
        case when platform_merges.record_id = platform_merges.merged_record_id then 1 else 2 end
            as records,
        asked_kept.name is null and asked_away.name is null as is_shown
    from platform_merges
    cross join run
    left join record_leads as kept on platform_merges.record_id = kept.record_id
    left join record_leads as away on platform_merges.merged_record_id = away.record_id
    left join asked as asked_kept on platform_merges.record_id = asked_kept.name
    left join asked as asked_away on platform_merges.merged_record_id = asked_away.name

),

final as (

    select distinct
        identifier_value,
        reason,
        records
    from with_reasons
    where reason is not null and is_shown

)

select * from final
