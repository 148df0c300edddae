{% macro form_fields(json) -%}
    {# The fields of a form that Snowplow's form tracking saw sent, as a list; null where there is none. #}
    from_json(
        json_extract(try_cast({{ json }} as json), '$.elements'),
        '[{"name": "VARCHAR", "value": "VARCHAR", "type": "VARCHAR", "nodeName": "VARCHAR", "node_name": "VARCHAR"}]'
    )
{%- endmacro %}
