{% macro form_text(json) -%}
    {# What was typed into the fields for longer text, one line each. #}
    array_to_string(
        list_transform(
            list_filter(
                {{ form_fields(json) }},
                lambda field: lower(
                    coalesce(struct_extract(field, 'nodeName'), struct_extract(field, 'node_name'))
                ) = 'textarea'
            ),
            lambda field: struct_extract(field, 'value')
        ),
        chr(10)
    )
{%- endmacro %}
