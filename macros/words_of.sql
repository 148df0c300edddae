{% macro words_of(text) -%}
    {# An e-mail address is one word. #}
    list_transform(
        regexp_split_to_array({{ text }}, '[^\pL\pN_.@+%''-]+'),
        lambda word: trim(word, '._''-')
    )
{%- endmacro %}
