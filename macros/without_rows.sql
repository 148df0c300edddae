{% macro without_rows(sql, source) -%}
    {# The columns of a query and no row: whatever reads a view of a source that is off is planned in a moment.
       By the last line a run knows which views to make anew when the source is on. #}
    select
    {%- for column in run_query('describe ' ~ sql) %}
        cast(null as {{ column['column_type'] }}) as {{ adapter.quote(column['column_name']) }}{{ ',' if not loop.last }}
    {%- endfor %}
    where '{{ source }}' = 'on'
{%- endmacro %}
