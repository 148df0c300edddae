{% macro without_escapes(text) -%}
    {# A text of JSON or of a page's address, with blanks for all that is written with a backslash or a percent sign but @. #}
    regexp_replace(
        replace({{ text }}, '%40', '@'), '\\(u[0-9a-fA-F]{4}|.)|%[0-9a-fA-F]{2}', ' ', 'g'
    )
{%- endmacro %}
