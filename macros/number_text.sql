{% macro number_text(number) -%}
    {# The shortest plain decimal: 500 and not 500.0, never an exponent. #}
    {%- set text = 'cast(abs(' ~ number ~ ') as varchar)' -%}
    {%- set digits = "replace(split_part(" ~ text ~ ", 'e', 1), '.', '')" -%}
    {%- set exponent = "cast(split_part(" ~ text ~ ", 'e', 2) as integer)" -%}
    case
        when {{ number }} = trunc({{ number }}) and abs({{ number }}) < 1e15
            then cast(cast({{ number }} as bigint) as varchar)
        when contains({{ text }}, 'e')
            then case when {{ number }} < 0 then '-' else '' end
                || case when {{ exponent }} < 0 then '0.' || repeat('0', -{{ exponent }} - 1) else '' end
                || {{ digits }}
                || repeat('0', {{ exponent }} + 1 - length({{ digits }}))
        else regexp_replace(cast({{ number }} as varchar), '[.]0$', '')
    end
{%- endmacro %}
