with

models as (

    select * from {{ ref('score_models') }}

),

final as (

    select
        cast(row_number() over (order by model_version) as integer) as model_key,
        model_version,
        coalesce({{ blank_to_null('score_name') }}, 'main') as score_name,
        lower({{ clean_text('role') }}) as role,
        fit_weight,
        engagement_weight,
        predicted_weight
    from models
    where lower({{ clean_text('role') }}) <> 'archived'

)

select * from final
