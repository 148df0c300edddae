with

broken as (

    select * from {{ ref('int_broken_rows') }}

),

sources as (

    select distinct source_system from broken

),

requested as (

    select
        identifier_value as name,
        split_part(identifier_value, ':', 1) as before_colon,
        substr(identifier_value, strpos(identifier_value, ':') + 1) as after_colon
    from {{ ref('int_requested_identifiers') }}
    where identifier_type in ('record_id', 'email', 'visitor')

),

-- A record of another system has its source in front here, and not there.
names as (

    select
        requested.name,
        cast(null as varchar) as source_system,
        sources.source_system is null
        and not list_contains({{ words_of('requested.name') }}, requested.name) as is_no_word
    from requested
    left join sources on requested.before_colon = sources.source_system
    union
    select
        requested.after_colon as name,
        sources.source_system,
        false as is_no_word
    from requested
    inner join sources on requested.before_colon = sources.source_system
    where requested.after_colon <> ''

),

-- All values of a row, also below its columns; a number may be an id by what it is called.
texts as (

    select
        broken.source_system,
        broken.source_table,
        broken.row_id,
        json_extract_string(tree.atom, '$') as text,
        tree.type = 'VARCHAR' or lower(tree.key) like '%id' as may_be_id
    from broken
    cross join json_tree(broken.landed_row) as tree
    where tree.atom is not null

),

-- Whole values, as they stand and as records name Salesforce's ids, and words within them.
words as (

    select
        source_system,
        source_table,
        row_id,
        {{ salesforce_id('text') }} as word,
        true as is_whole_text
    from texts
    where may_be_id
    union all
    select
        source_system,
        source_table,
        row_id,
        text as word,
        true as is_whole_text
    from texts
    where may_be_id
    union all
    select
        source_system,
        source_table,
        row_id,
        unnest({{ words_of('text') }}) as word,
        false as is_whole_text
    from texts
    union all
    select
        source_system,
        source_table,
        row_id,
        unnest({{ words_of(without_escapes('text')) }}) as word,
        false as is_whole_text
    from texts
    where regexp_matches(text, '[\\%]')

),

-- A broken row belongs to nobody, and may name a person who asked to be erased or not to be scored.
-- A number within a text may mean anything.
naming as (

    select
        words.source_system,
        words.source_table,
        words.row_id
    from words
    inner join names
        on
            case when contains(words.word, '@') then lower(words.word) else words.word end
            = case when contains(names.name, '@') then lower(names.name) else names.name end
            and (words.is_whole_text or not regexp_full_match(names.name, '\d+'))
            and (names.source_system is null or words.source_system = names.source_system)
    union
    select
        texts.source_system,
        texts.source_table,
        texts.row_id
    from texts
    inner join names
        on
            names.is_no_word
            and contains(lower(texts.text), lower(names.name))

),

final as (

    select
        broken.source_system,
        broken.source_table,
        broken.row_id,
        broken.reason,
        case when naming.row_id is null then broken.landed_row end as landed_row,
        broken.file,
        broken.is_whole_file
    from broken
    left join naming
        on
            broken.source_system = naming.source_system
            and broken.source_table = naming.source_table
            and broken.row_id = naming.row_id

)

select * from final
