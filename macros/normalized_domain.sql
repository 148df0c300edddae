{% macro normalized_domain(text) -%}
    {# Lower case, without scheme, www. and path. #}
    nullif(
        regexp_replace(
            regexp_replace(lower({{ clean_text(text) }}), '^(([a-z][a-z0-9+.-]*:)?//)?(www[.])?', ''),
            '[/?#].*$',
            ''
        ),
        ''
    )
{%- endmacro %}
