{% macro hash_of_rows(columns) -%}
    {#
        One number for a set of rows. A sum, because the order of rows does not count in it, and
        because two equal rows do not cancel each other out as in an exclusive or.
    #}
    sum({{ hash_key(columns) }})
{%- endmacro %}
