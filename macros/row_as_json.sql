{% macro row_as_json(relation) -%}
    {# As it landed: what intake adds stands in columns of its own, and a path is of one machine. #}
    cast(json_merge_patch(
        to_json({{ relation }}), '{"_path": null, "_file": null, "_row": null}'
    ) as varchar)
{%- endmacro %}
