{% macro prevailing(field, priority_of=none) -%}
    {# Of the records of one lead: by the source's priority for this field, then by recency. #}
    max_by(
        ranked.{{ field }},
        row(coalesce(priorities.{{ priority_of or field }}, cast('-infinity' as double)), ranked.recency)
    )
{%- endmacro %}
