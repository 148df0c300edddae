{% macro words_of(text) -%}
    {# Its words in small letters; an e-mail address is one. #}
    list_distinct(list_transform(
        regexp_split_to_array(lower({{ text }}), '[^\pL\pN_.@+%''-]+'),
        lambda word: trim(word, '.''')
    ))
{%- endmacro %}
