{% macro generate_schema_name(custom_schema_name, node) -%}
    {# Schemas are named for their room, whatever the target: readers and Python rely on it. #}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
