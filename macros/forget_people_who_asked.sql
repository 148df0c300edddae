{% macro forget_people_who_asked() -%}
    {# Rows of days that are kept go too when a person asks for it, under whatever id the person had then. #}
    delete from {{ this }}
    where lead_id in (
        select members.record_id
        from {{ ref('int_lead_members') }} as members
        inner join {{ ref('int_leads') }} as leads on members.lead_id = leads.lead_id
        where not leads.is_scored
    )
{%- endmacro %}
