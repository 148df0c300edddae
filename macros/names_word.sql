{% macro names_word(text, word) -%}
    {# Whether a text holds a word, and not as a part of another; a word of digits may mean anything. #}
    (
        contains({{ text }}, {{ word }})
        and not regexp_full_match({{ word }}, '\d+')
        and regexp_matches(
            {{ text }},
            '(^|[^\pL\pN_.@+%''-])[.'']*' || regexp_escape({{ word }}) || '[.'']*($|[^\pL\pN_.@+%''-])'
        )
    )
{%- endmacro %}
