{% macro signed_points(points) -%}
    {# One decimal, with a sign that a person reads: +18, −7.5. #}
    case when {{ points }} < 0 then '−' else '+' end
    || {{ number_text('round(abs(' ~ points ~ '), 1)') }}
{%- endmacro %}
