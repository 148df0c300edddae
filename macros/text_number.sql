{% macro text_number(text) -%}
    {# The number that a text stands for, if it is a plain decimal; otherwise null. #}
    case
        when regexp_full_match({{ text }}, '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)')
            then try_cast({{ text }} as double)
    end
{%- endmacro %}
