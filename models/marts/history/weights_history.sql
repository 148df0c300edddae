{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        full_refresh=false,
    )
}}

with

run as (

    select * from {{ source('control', 'run') }}

),

models as (

    select * from {{ ref('int_models_in_play') }}

),

weights_hashes as (

    select * from {{ ref('int_weights_hashes') }}

),

seed_rows as (

    select * from {{ ref('int_seed_rows') }}

),

final as (

    select
        weights_hashes.model_version,
        weights_hashes.weights_hash,
        seed_rows.seed,
        seed_rows.seed_row,
        run.score_date as first_score_date,
        run.run_id as first_run_id
    from weights_hashes
    inner join models on weights_hashes.model_version = models.model_version
    inner join seed_rows on weights_hashes.model_version = seed_rows.model_version
    cross join run
    {% if is_incremental() %}
        where weights_hashes.weights_hash not in (
            select known.weights_hash from {{ this }} as known
        )
    {% endif %}

)

select * from final
