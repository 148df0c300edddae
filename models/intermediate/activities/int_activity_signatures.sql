with

kinds as (

    select * from {{ ref('int_activity_kinds') }}

),

-- Each kind of thing that was done, by a person and by a machine: rules are matched on these, not
-- on events.
final as (

    select
        {{ hash_key(['kinds.kind_key', 'automation.is_automated']) }} as signature_key,
        kinds.activity_type,
        kinds.asset,
        kinds.is_personalized,
        automation.is_automated
    from kinds
    cross join (values (false), (true)) as automation (is_automated)

)

select * from final
