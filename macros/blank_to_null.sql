{% macro blank_to_null(text) -%}
    {# Blanks sort before '!', so that the text is trimmed only where it might be blank. #}
    case
        when {{ text }} >= '!' then {{ text }}
        when {{ clean_text(text) }} is not null then {{ text }}
    end
{%- endmacro %}
