{% macro form_email(json) -%}
    {# The first value with one @ of the fields that ask for an e-mail address, by type or by name. #}
    struct_extract(
        list_filter(
            {{ form_fields(json) }},
            lambda field: (
                struct_extract(field, 'type') = 'email'
                or contains(lower(struct_extract(field, 'name')), 'mail')
            )
            and length(struct_extract(field, 'value'))
            - length(replace(struct_extract(field, 'value'), '@', '')) = 1
        )[1],
        'value'
    )
{%- endmacro %}
