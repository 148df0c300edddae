with

seed_rows as (

    select * from {{ ref('int_seed_rows') }}

),

final as (

    select
        model_version,
        md5(string_agg(seed || seed_row, chr(10) order by seed, seed_row)) as weights_hash
    from seed_rows
    group by model_version

)

select * from final
