with

leads as (

    select * from {{ ref('int_leads') }}

),

extra_attributes as (

    select * from {{ ref('int_extra_attributes') }}

),

overrides as (

    select * from {{ ref('int_attribute_overrides') }}

),

attributes_in_play as (

    select * from {{ ref('int_attributes_in_play') }}

),

-- Only attributes that a rule reads are listed: a lead has many, rules ask for few.
of_columns as (

    select
        leads.lead_id,
        attributes_in_play.attribute,
        case attributes_in_play.attribute
            when 'lead_id' then leads.lead_id
            when 'email' then leads.email
            when 'first_name' then leads.first_name
            when 'last_name' then leads.last_name
            when 'job_title' then leads.job_title
            when 'company_name' then leads.company_name
            when 'company_domain' then leads.company_domain
            when 'industry' then leads.industry
            when 'employee_count' then cast(leads.employee_count as varchar)
            when 'annual_revenue' then {{ number_text('leads.annual_revenue') }}
            when 'country' then leads.country
            when 'region' then leads.region
            when 'lead_source' then leads.lead_source
            when 'lifecycle_stage' then leads.lifecycle_stage
            when 'is_email_opt_out' then cast(leads.is_email_opt_out as varchar)
            when 'created_at' then cast(leads.created_at as varchar)
            when 'updated_at' then cast(leads.updated_at as varchar)
        end as value_text
    from leads
    cross join attributes_in_play

),

-- An account may have a column that the lead has too: it fills only what the lead lacks.
of_extra as (

    select
        extra_attributes.lead_id,
        extra_attributes.attribute,
        extra_attributes.value_text
    from extra_attributes
    inner join attributes_in_play on extra_attributes.attribute = attributes_in_play.attribute
    left join of_columns
        on
            extra_attributes.lead_id = of_columns.lead_id
            and extra_attributes.attribute = of_columns.attribute
            and of_columns.value_text is not null
    where of_columns.lead_id is null

),

of_account as (

    select
        leads.lead_id,
        attributes_in_play.attribute,
        leads.account_id as value_text
    from leads
    inner join attributes_in_play on attributes_in_play.attribute = 'account_id'
    left join of_extra
        on
            leads.lead_id = of_extra.lead_id
            and of_extra.attribute = 'account_id'
    where of_extra.lead_id is null

),

of_source as (

    select * from of_columns
    union all
    select * from of_extra
    union all
    select * from of_account

),

not_overridden as (

    select
        of_source.lead_id,
        of_source.attribute,
        of_source.value_text,
        cast(null as double) as value_number
    from of_source
    left join overrides
        on
            of_source.lead_id = overrides.lead_id
            and of_source.attribute = overrides.attribute
    where
        of_source.value_text is not null
        and overrides.lead_id is null

),

overriding as (

    select
        overrides.lead_id,
        overrides.attribute,
        overrides.value_text,
        overrides.value_number
    from overrides
    inner join attributes_in_play on overrides.attribute = attributes_in_play.attribute
    where overrides.value_text is not null

),

combined as (

    select * from not_overridden
    union all
    select * from overriding

),

final as (

    select
        leads.lead_key,
        combined.attribute,
        lower(combined.value_text) as value_text,
        combined.value_number
    from combined
    inner join leads on combined.lead_id = leads.lead_id

)

select * from final
