{% macro landed_count(staging) -%}
    {# A table without rows has no count: of a platform's tables most accounts use only some. #}
    select
        source_system,
        source_table,
        count(*) as rows
    from {{ staging }}
    group by
        source_system,
        source_table
{%- endmacro %}
