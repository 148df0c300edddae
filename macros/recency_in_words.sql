{% macro recency_in_words(measure, score_date, last_activity_date) -%}
    {# When it was last seen; attributes have no date, and inactivity says it in its description. #}
    case
        when {{ measure }} in ('attribute', 'days_inactive') then ''
        when {{ score_date }} = {{ last_activity_date }} then ', last today'
        when {{ score_date }} - {{ last_activity_date }} = 1 then ', last yesterday'
        else ', last ' || ({{ score_date }} - {{ last_activity_date }}) || ' days ago'
    end
{%- endmacro %}
