{% macro hash_key(columns) -%}
    {# A 64-bit key of several columns: cheaper to group, join and store than the texts themselves. #}
    hash({{ columns | join(', ') }})
{%- endmacro %}
