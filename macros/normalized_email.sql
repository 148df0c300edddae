{% macro normalized_email(text) -%}
    {# Text without exactly one @ is no e-mail. #}
    case
        when length({{ text }}) - length(replace({{ text }}, '@', '')) = 1
            then lower({{ clean_text(text) }})
    end
{%- endmacro %}
