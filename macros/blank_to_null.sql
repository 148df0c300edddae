{% macro blank_to_null(text) -%}
    case when {{ clean_text(text) }} is not null then {{ text }} end
{%- endmacro %}
