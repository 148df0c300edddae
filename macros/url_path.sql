{% macro url_path(url) -%}
    {# What stands behind the host, without query and anchor; a page is known by it on every site. #}
    lower(
        coalesce(
            nullif(
                regexp_replace(
                    regexp_replace({{ clean_text(url) }}, '^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*', ''),
                    '[?#].*$',
                    ''
                ),
                ''
            ),
            case when {{ clean_text(url) }} is not null then '/' end
        )
    )
{%- endmacro %}
