{% macro json_text(json, key) -%}
    {# The text under one key of a JSON object; null where there is none or the text is no JSON. #}
    json_extract_string(try_cast({{ json }} as json), '$.{{ key }}')
{%- endmacro %}
