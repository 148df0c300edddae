{% macro without_property_prefix(json) -%}
    {# HubSpot's connector puts property_ in front of a name; rules use the name that people know. #}
    cast(
        regexp_replace(cast({{ json }} as varchar), '"property_([^"\\]+)":', '"\1":', 'g') as json
    )
{%- endmacro %}
