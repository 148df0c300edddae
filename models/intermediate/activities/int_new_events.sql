{{ config(materialized='view') }}

-- The rows of files that are new or were rewritten: a run reads no other.
with

landed as (

    select * from {{ ref('int_landed_events') }}

),

pending_files as (

    select * from {{ source('control', 'pending_files') }}

),

final as (

    select
        landed.*,
        pending_files.file_key
    from landed
    inner join pending_files on landed.file_path = pending_files.path

)

select * from final
