{% macro round_points(points) -%}
    {# Six decimals wherever points are computed: sums in another order must not decide a tier. #}
    round({{ points }}, 6)
{%- endmacro %}
