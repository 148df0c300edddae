{% macro text_matches(operator, text, pattern) -%}
    {# Both sides are trimmed and in lower case; pattern is one alternative, always literal. #}
    case {{ operator }}
        when 'equals' then {{ text }} = {{ pattern }}
        when 'in' then {{ text }} = {{ pattern }}
        when 'contains' then contains({{ text }}, {{ pattern }})
        when 'starts_with' then starts_with({{ text }}, {{ pattern }})
        when 'has_word'
            then case
                when contains({{ text }}, {{ pattern }})
                    then regexp_matches(
                        {{ text }},
                        '(^|[^\p{L}\p{Nd}])' || regexp_escape({{ pattern }}) || '($|[^\p{L}\p{Nd}])'
                    )
                else false
            end
        else false
    end
{%- endmacro %}
