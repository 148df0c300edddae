{% macro snake_case(name) -%}
    {# A field's name in lower case with underscores, however a platform writes it: leadScore,
    Lead Score and Lead_Score__c are lead_score and lead_score_c. #}
    lower(
        trim(
            regexp_replace(
                regexp_replace({{ name }}, '([a-z0-9])([A-Z])', '\1_\2', 'g'),
                '[^A-Za-z0-9]+',
                '_',
                'g'
            ),
            '_'
        )
    )
{%- endmacro %}
