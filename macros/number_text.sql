{% macro number_text(number) -%}
    {# The shortest plain decimal: 500 and not 500.0, never an exponent. #}
    case
        when {{ number }} is null then null
        when abs({{ number }}) < 1e15 and {{ number }} = trunc({{ number }})
            then cast(cast({{ number }} as bigint) as varchar)
        when abs({{ number }}) >= 1e15 then cast(cast({{ number }} as decimal(38, 0)) as varchar)
        when abs({{ number }}) < 1e-4
            then rtrim(cast(cast({{ number }} as decimal(38, 20)) as varchar), '0')
        else cast({{ number }} as varchar)
    end
{%- endmacro %}
