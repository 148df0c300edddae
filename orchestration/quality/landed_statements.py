"""The statements by which landed rows become evidence, in the order in which they run.

They follow docs/contracts.md and docs/scoring.md as far as it decides whether a condition holds and
a rule gives some points or none; `landed_evidence.py` says what they leave out. All of them are
constants: rules, conditions and lists are tables that the statements join with.
"""

# Blank text is missing; e-mails and domains are compared as in docs/contracts.md.
LEADS = r"""
create or replace temp macro lint_text(text) as
    nullif(trim(text, ' ' || chr(9) || chr(10) || chr(13)), '');
create or replace temp macro lint_id(text) as
    case when lint_text(text) is not null then text end;
create or replace temp macro lint_email(text) as
    case when length(text) - length(replace(text, '@', '')) = 1 then lower(lint_text(text)) end;
create or replace temp macro lint_domain(text) as
    nullif(regexp_replace(regexp_replace(
        lower(lint_text(text)), '^([a-z][a-z0-9+.-]*:)?(//)?(www[.])?', ''), '[/?#].*$', ''), '');
-- A case and not an and: patterns are compiled row by row, so only for texts with the word in them.
create or replace temp macro lint_has_word(text, word) as
    case when contains(text, word) then regexp_matches(
        text, '(^|[^\p{L}\p{Nd}])' || regexp_escape(word) || '($|[^\p{L}\p{Nd}])'
    ) else false end;
create or replace temp macro lint_matches(operator, text, pattern) as
    case operator
        when 'equals' then text = pattern
        when 'in' then text = pattern
        when 'contains' then contains(text, pattern)
        when 'starts_with' then starts_with(text, pattern)
        when 'has_word' then lint_has_word(text, pattern)
        else false
    end;

create or replace temp table lint_records as
with deliveries as (
    select
        * exclude (email),
        lint_email(email) as email,
        row_number() over (
            partition by lead_id order by updated_at desc nulls last, _file desc, _row desc
        ) as delivery_rank
    from raw_custom.leads
    where lint_text(lead_id) is not null
)
select
    cast(dense_rank() over (order by coalesce('e:' || email, 'r:' || lead_id)) as integer) as lead,
    deliveries.* exclude (delivery_rank)
from deliveries
cross join lint_score_date
where
    delivery_rank = 1
    and not coalesce(is_deleted, false)
    and created_at < score_date + interval 1 day;
"""

# Of what says something about one attribute of a lead, the lowest precedence counts.
ATTRIBUTES = """
create or replace temp table lint_given as
with columns_of_records as (
    unpivot (
        select
            lead,
            columns(* exclude (lead, extra, _file, _row, is_deleted))::varchar
        from lint_records
    )
    on columns(* exclude (lead)) into name attribute value value_text
),
accounts as (
    select *
    from raw_custom.accounts
    where lint_domain(domain) is not null
    qualify row_number() over (
        partition by lint_domain(domain)
        order by updated_at desc nulls last, account_id desc, _file desc, _row desc
    ) = 1
),
joined_accounts as (
    select distinct
        records.lead,
        accounts.account_id,
        accounts.name as company_name,
        accounts.domain as company_domain,
        accounts.industry,
        cast(accounts.employee_count as varchar) as employee_count,
        cast(accounts.annual_revenue as varchar) as annual_revenue,
        accounts.country,
        cast(accounts.extra as varchar) as extra
    from lint_records as records
    left join lint_words as providers
        on providers.kind in ('free', 'disposable')
        and providers.word = split_part(records.email, '@', 2)
    inner join accounts
        on lint_domain(accounts.domain) = coalesce(
            lint_domain(records.company_domain),
            case when providers.word is null then lint_domain(split_part(records.email, '@', 2)) end
        )
),
columns_of_accounts as (
    unpivot (select * exclude (extra) from joined_accounts)
    on columns(* exclude (lead)) into name attribute value value_text
),
attribute_rows as (
    select
        records.lead,
        lower(lint_text(landed.attribute)) as attribute,
        landed.value_text,
        landed.value_number
    from raw_custom.lead_attributes as landed
    inner join lint_records as records on landed.lead_id = records.lead_id
    cross join lint_score_date
    where coalesce(landed.updated_at < score_date + interval 1 day, true)
    qualify row_number() over (
        partition by records.lead, lower(lint_text(landed.attribute))
        order by landed.updated_at desc nulls last, landed._file desc, landed._row desc
    ) = 1
),
every_value as (
    select lead, attribute, value_text, value_number, 0 as precedence from attribute_rows
    union all
    select lead, attribute, value_text, null, 1 from columns_of_records
    union all
    select records.lead, lower(lint_text(part.key)), part.value ->> '$', null, 1
    from lint_records as records, json_each(records.extra) as part
    union all
    select lead, attribute, value_text, null, 2 from columns_of_accounts
    union all
    select accounts.lead, lower(lint_text(part.key)), part.value ->> '$', null, 3
    from joined_accounts as accounts, json_each(cast(accounts.extra as json)) as part
)
select
    lead,
    attribute,
    lower(coalesce(
        regexp_replace(lint_text(value_text), '^([+-]?[0-9]+)[.]0$', '\\1'),
        regexp_replace(cast(value_number as varchar), '[.]0$', '')
    )) as value_text,
    value_number,
    precedence
from every_value
where
    attribute is not null
    and (precedence = 0 or lint_text(value_text) is not null);

create or replace temp table lint_values as
select distinct lead, attribute, value_text, value_number
from (
    select *
    from lint_given
    qualify precedence = min(precedence) over (partition by lead, attribute)
)
where value_text is not null;
"""

DERIVED = """
create or replace temp table lint_derived as
with domains as (
    select distinct
        lead,
        nullif(split_part(email, '@', 2), '') as domain,
        lint_domain(split_part(email, '@', 2)) as listed_domain
    from lint_records
),
providers as (
    select word, min(kind) as kind
    from lint_words
    where kind in ('free', 'disposable')
    group by word
),
titles as (
    select distinct value_text from lint_values where attribute = 'job_title'
),
of_title as (
    select titles.value_text, words.kind, words.value
    from titles
    inner join lint_words as words
        on words.kind in ('seniority', 'department')
        and lint_has_word(titles.value_text, words.word)
    qualify row_number() over (
        partition by titles.value_text, words.kind order by words.priority, words.value
    ) = 1
),
every_value as (
    select lead, 'email_domain' as attribute, domain as value_text from domains
    union all
    select
        domains.lead,
        'email_type',
        case when domains.domain is null then 'none' else coalesce(providers.kind, 'business') end
    from domains
    left join providers on domains.listed_domain = providers.word
    union all
    select given.lead, of_title.kind, of_title.value
    from lint_values as given
    inner join of_title on given.attribute = 'job_title' and given.value_text = of_title.value_text
    union all
    select given.lead, 'region', words.value
    from lint_values as given
    inner join lint_words as words
        on words.kind = 'region' and given.attribute = 'country' and given.value_text = words.word
)
select distinct every_value.lead, every_value.attribute, every_value.value_text
from every_value
left join lint_values as given
    on every_value.lead = given.lead and every_value.attribute = given.attribute
where every_value.value_text is not null and given.lead is null;

insert into lint_values select lead, attribute, value_text, null from lint_derived;
create or replace temp view lint_attributes as
    select lead, attribute, value_text from lint_values;
create or replace temp view lint_attribute_names as
    select distinct attribute from lint_values;
"""

SATISFIED = """
create or replace temp table lint_satisfied as
with asked as (
    select distinct
        attribute,
        value_text,
        value_number,
        coalesce(
            value_number,
            case
                when regexp_full_match(value_text, '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)')
                    then try_cast(value_text as double)
            end
        ) as number
    from lint_values
    where attribute in (select conditions.attribute from lint_conditions as conditions)
),
matched as (
    select distinct
        conditions.condition,
        asked.attribute,
        asked.value_text,
        asked.value_number
    from lint_conditions as conditions
    inner join asked
        on conditions.attribute = asked.attribute
        and case
            when conditions.operator = 'is_present' then true
            when conditions.pattern is not null
                then lint_matches(conditions.operator, asked.value_text, conditions.pattern)
            else coalesce(asked.number between conditions.lowest and conditions.highest, false)
        end
)
select distinct matched.condition, given.lead
from matched
inner join lint_values as given
    on matched.attribute = given.attribute
    and matched.value_text = given.value_text
    and matched.value_number is not distinct from given.value_number
union all
select conditions.condition, leads.lead
from lint_conditions as conditions
cross join (select distinct lead from lint_records) as leads
anti join lint_values as given
    on conditions.attribute = given.attribute and leads.lead = given.lead
where conditions.operator = 'is_empty';

create or replace temp table lint_lead_segments as
with ranked as (
    select
        rows.model_version,
        satisfied.lead,
        rows.segment,
        row_number() over (
            partition by rows.model_version, satisfied.lead order by rows.priority, rows.segment
        ) as segment_rank
    from lint_segment_rows as rows
    inner join lint_satisfied as satisfied on rows.condition = satisfied.condition
)
select models.model_version, leads.lead, coalesce(ranked.segment, 'default') as segment
from lint_models as models
cross join (select distinct lead from lint_records) as leads
left join ranked
    on models.model_version = ranked.model_version
    and leads.lead = ranked.lead
    and ranked.segment_rank = 1;
"""

ACTIVITIES = """
create or replace temp table lint_events as
with automated_agents as (
    select distinct events.user_agent
    from (select distinct user_agent from raw_custom.events where user_agent is not null) as events
    inner join lint_words as words
        on words.kind = 'agent' and contains(lower(events.user_agent), words.word)
)
select
    event_id,
    lint_id(lead_id) as record_id,
    lint_email(email) as email,
    lint_id(anonymous_id) as anonymous_id,
    lower(lint_text(event_type)) as activity_type,
    lower(lint_text(asset)) as asset,
    coalesce(is_personalized, false) as is_personalized,
    coalesce(is_automated, false)
    or coalesce(user_agent in (select a.user_agent from automated_agents as a), false)
        as is_automated,
    cast(occurred_at as date) as day,
    occurred_at,
    coalesce(duration_seconds, 0) / 60 as minutes
from raw_custom.events
cross join lint_score_date
where
    lint_text(event_id) is not null
    and lint_text(event_type) is not null
    and occurred_at < score_date + interval 1 day
    and coalesce(duration_seconds >= 0, true)
    and not coalesce(is_deleted, false);

create or replace temp table lint_day as
select coalesce((select max(day) from lint_events), score_date) as as_of from lint_score_date;

create or replace temp table lint_kinds as
select
    cast(row_number() over () as integer) as signature,
    activity_type, asset, is_personalized, is_automated
from (select distinct activity_type, asset, is_personalized, is_automated from lint_events);

create or replace temp table lint_signatures as
    select activity_type, asset, is_personalized, is_automated from lint_kinds;

create or replace temp table lint_days as
with emails as (
    select email, min(lead) as lead from lint_records where email is not null group by email
),
known as (
    select
        anonymous_id, record_id, email,
        coalesce(records.lead, emails.lead) as lead,
        max(occurred_at) as linked_at
    from (
        select anonymous_id, record_id, email, occurred_at from lint_events
        union all
        select
            lint_id(anonymous_id), lint_id(lead_id), lint_email(email), occurred_at
        from raw_custom.identities
        cross join lint_score_date
        where coalesce(occurred_at < score_date + interval 1 day, true)
    ) as identities
    left join (select lead_id, lead from lint_records) as records
        on identities.record_id = records.lead_id
    left join emails using (email)
    group by all
),
owners as (
    select
        anonymous_id,
        max_by(lead, (coalesce(linked_at, timestamp '0001-01-01'), lead)) as lead
    from known
    where anonymous_id is not null and lead is not null
    group by anonymous_id
)
select
    coalesce(known.lead, owners.lead) as lead,
    signatures.signature,
    events.day,
    count(distinct events.event_id) as events,
    sum(events.minutes) as minutes
from lint_events as events
inner join lint_kinds as signatures
    on events.activity_type = signatures.activity_type
    and events.asset is not distinct from signatures.asset
    and events.is_personalized = signatures.is_personalized
    and events.is_automated = signatures.is_automated
left join known
    on events.record_id is not distinct from known.record_id
    and events.email is not distinct from known.email
    and events.anonymous_id is not distinct from known.anonymous_id
left join owners on events.anonymous_id = owners.anonymous_id
where coalesce(known.lead, owners.lead) is not null
group by all;
"""

# Rule by rule what section 4 of docs/scoring.md asks, as far as it decides between some points
# and none.
FIRED = """
create or replace temp table lint_rule_signatures as
with assets as (
    select distinct rules.rule, signatures.asset
    from lint_engagement_rules as rules
    inner join lint_asset_patterns as patterns on rules.rule = patterns.rule
    inner join (select distinct asset from lint_kinds where asset is not null) as signatures
        on lint_matches(rules.asset_operator, signatures.asset, patterns.pattern)
)
select
    rules.rule,
    signatures.signature,
    (rules.activity_type = '*' or rules.activity_type = signatures.activity_type)
    and (rules.asset_operator = 'any' or assets.asset is not null)
    and (rules.personalized = 'any' or (rules.personalized = 'yes') = signatures.is_personalized)
        as is_match,
    rules.measure = 'rate'
    and (rules.per_activity_type = '*' or rules.per_activity_type = signatures.activity_type)
        as is_base
from lint_engagement_rules as rules
inner join lint_kinds as signatures on rules.count_automated or not signatures.is_automated
left join assets on rules.rule = assets.rule and signatures.asset = assets.asset
where is_match or is_base;

create or replace temp table lint_fired as
with rule_days as (
    select
        rules.rule,
        days.lead,
        as_of - days.day as age,
        sum(days.events) filter (where matches.is_match) as events,
        sum(days.events) filter (where matches.is_base) as base_events,
        least(
            case rules.measure
                when 'minutes' then sum(days.minutes) filter (where matches.is_match)
                when 'days' then 1
                else sum(days.events) filter (where matches.is_match)
            end,
            coalesce(rules.daily_limit, 'infinity'::double)
        ) as units
    from lint_days as days
    cross join lint_day
    inner join lint_rule_signatures as matches on days.signature = matches.signature
    inner join lint_engagement_rules as rules on matches.rule = rules.rule
    inner join lint_in_force as in_force on rules.rule = in_force.rule
    inner join lint_lead_segments as segments
        on days.lead = segments.lead
        and in_force.model_version = segments.model_version
        and in_force.segment = segments.segment
    where
        days.day <= as_of
        and (
            rules.measure = 'days_inactive'
            or rules.window_days is null
            or as_of - days.day < rules.window_days
        )
    group by rules.rule, days.lead, age, rules.measure, rules.daily_limit
),
totals as (
    select
        rule,
        lead,
        min(age) filter (where events > 0) as last_age,
        sum(events) as events,
        sum(base_events) as base_events,
        sum(units) filter (where events > 0) as units
    from rule_days
    group by rule, lead
),
created as (
    select lead, min(cast(created_at as date)) as day from lint_records group by lead
),
active as (
    select totals.rule, totals.lead
    from totals
    inner join lint_engagement_rules as rules on totals.rule = rules.rule
    where
        rules.measure <> 'days_inactive'
        and totals.last_age is not null
        and (rules.days_that_count is null or totals.last_age < rules.days_that_count)
        and case
            when rules.min_units is null then totals.units > 0
            when rules.measure = 'rate'
                then round(coalesce(totals.events / totals.base_events, 0), 6) >= rules.min_units
            else round(totals.units, 6) >= rules.min_units
        end
),
inactive as (
    select rules.rule, segments.lead
    from lint_engagement_rules as rules
    cross join lint_day
    inner join lint_in_force as in_force on rules.rule = in_force.rule
    inner join lint_lead_segments as segments
        on in_force.model_version = segments.model_version and in_force.segment = segments.segment
    inner join created on segments.lead = created.lead
    left join totals on rules.rule = totals.rule and segments.lead = totals.lead
    where
        rules.measure = 'days_inactive'
        and coalesce(totals.last_age, as_of - created.day) >= rules.min_units
),
fitting as (
    select rules.rule, satisfied.lead
    from lint_fit_rules as rules
    inner join lint_satisfied as satisfied on rules.condition = satisfied.condition
    inner join lint_in_force as in_force on rules.rule = in_force.rule
    inner join lint_lead_segments as segments
        on satisfied.lead = segments.lead
        and in_force.model_version = segments.model_version
        and in_force.segment = segments.segment
    left join lint_satisfied as and_satisfied
        on rules.and_condition = and_satisfied.condition and satisfied.lead = and_satisfied.lead
    where rules.and_condition is null or and_satisfied.lead is not null
)
select * from active
union all
select * from inactive
union all
select * from fitting;
"""

APPLYING = """
select in_force.rule, count(*)
from lint_in_force as in_force
inner join lint_lead_segments as segments
    on in_force.model_version = segments.model_version and in_force.segment = segments.segment
group by all
"""

IN_ORDER = (LEADS, ATTRIBUTES, DERIVED, SATISFIED, ACTIVITIES, FIRED)
