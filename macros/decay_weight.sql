{% macro decay_weight(decay, age_days, decay_days) -%}
    {# What a day counts by its age; the formulas are those of docs/scoring.md, section 4. #}
    case {{ decay }}
        when 'half_life' then power(0.5, {{ age_days }} / {{ decay_days }})
        when 'linear' then greatest(0.0, 1.0 - {{ age_days }} / {{ decay_days }})
        when 'step' then case when {{ age_days }} < {{ decay_days }} then 1.0 else 0.0 end
        else 1.0
    end
{%- endmacro %}
