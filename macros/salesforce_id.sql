{% macro salesforce_id(text) -%}
    {# The last three of 18 characters only check the first 15, and some systems keep those alone. #}
    case when length({{ text }}) = 18 then left({{ text }}, 15) else {{ text }} end
{%- endmacro %}
