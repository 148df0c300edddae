{% macro clean_text(text) -%}
    {# Almost no text has blanks at its ends, and trimming is slow: look at both ends first. #}
    case
        when {{ text }} >= '!' and right({{ text }}, 1) >= '!' then {{ text }}
        else nullif(trim({{ text }}, ' ' || chr(9) || chr(10) || chr(13)), '')
    end
{%- endmacro %}
