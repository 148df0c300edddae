{% macro forget_people_who_asked(relation=this) -%}
    {# Rows of days that are kept go too when a person asks for it, under whatever id the person had then. #}
    delete from {{ relation }}
    where lead_id in (select name from {{ ref('int_requested_names') }} where kind = 'record')
{%- endmacro %}
