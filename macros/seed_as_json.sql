{% macro seed_as_json(relation) -%}
    cast(to_json({{ relation }}) as varchar)
{%- endmacro %}
