{% macro text_moment(text) -%}
    {# The moment (UTC) that a text stands for: a time with or without a zone, or seconds or milliseconds
    since 1970; otherwise null. #}
    case
        when regexp_full_match({{ clean_text(text) }}, '[0-9]{9,10}')
            then make_timestamp(cast({{ clean_text(text) }} as bigint) * 1000000)
        when regexp_full_match({{ clean_text(text) }}, '[0-9]{12,13}')
            then make_timestamp(cast({{ clean_text(text) }} as bigint) * 1000)
        else timezone('UTC', try_cast({{ clean_text(text) }} as timestamp with time zone))
    end
{%- endmacro %}
