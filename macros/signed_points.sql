{% macro signed_points(points) -%}
    {# One decimal, two for less than a tenth, with a sign that a person reads: +18, −7.5. #}
    case when {{ points }} < 0 then '−' else '+' end
    || case
        when abs({{ points }}) < 0.1 then {{ number_text('round(abs(' ~ points ~ '), 2)') }}
        else {{ number_text('round(abs(' ~ points ~ '), 1)') }}
    end
{%- endmacro %}
