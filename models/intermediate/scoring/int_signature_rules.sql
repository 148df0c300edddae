with

signatures as (

    select * from {{ ref('int_counted_signatures') }}

),

engagement_rules as (

    select * from {{ ref('int_engagement_rules') }}

),

rules as (

    select * from {{ ref('int_rules') }}

),

keyed_rules as (

    select
        rules.rule_key,
        engagement_rules.*
    from engagement_rules
    inner join rules
        on
            engagement_rules.model_key = rules.model_key
            and engagement_rules.rule_id = rules.rule_id
            and engagement_rules.segment is not distinct from rules.segment
            and rules.dimension = 'engagement'

),

alternatives as (

    select
        rule_key,
        asset_operator,
        {{ clean_text('part.unnest') }} as pattern
    from keyed_rules
    cross join lateral unnest(string_split(asset_value, '|')) as part
    where asset_operator <> 'any'

),

assets as (

    select distinct asset
    from signatures
    where asset is not null

),

asset_matches as (

    select distinct
        alternatives.rule_key,
        assets.asset
    from alternatives
    inner join assets
        on {{ text_matches('alternatives.asset_operator', 'assets.asset', 'alternatives.pattern') }}

),

compared as (

    select
        keyed_rules.rule_key,
        signatures.signature_key,
        (keyed_rules.activity_type = '*' or keyed_rules.activity_type = signatures.activity_type)
        and (keyed_rules.asset_operator = 'any' or asset_matches.asset is not null)
        and (
            keyed_rules.personalized = 'any'
            or (keyed_rules.personalized = 'yes') = signatures.is_personalized
        ) as is_match,
        coalesce(
            keyed_rules.measure = 'rate'
            and (
                keyed_rules.per_activity_type = '*'
                or keyed_rules.per_activity_type = signatures.activity_type
            ),
            false
        ) as is_base
    from keyed_rules
    cross join signatures
    left join asset_matches
        on
            keyed_rules.rule_key = asset_matches.rule_key
            and signatures.asset = asset_matches.asset
    where keyed_rules.count_automated or not signatures.is_automated

),

final as (

    select
        rule_key,
        signature_key,
        is_match,
        is_base
    from compared
    where
        is_match
        or is_base

)

select * from final
