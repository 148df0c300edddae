with

rules_in_force as (

    select * from {{ ref('int_rules_in_force') }}

),

rules as (

    select * from {{ ref('int_rules') }}
    where counting_key is not null

),

final as (

    select
        rules_in_force.profile_key,
        {{ hash_of_rows(['rules.rule_key', 'rules.counting_key']) }} as rules_hash
    from rules_in_force
    inner join rules on rules_in_force.rule_key = rules.rule_key
    group by rules_in_force.profile_key

)

select * from final
