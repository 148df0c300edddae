{% macro number_of_text(text) -%}
    {# The number in a text about sizes, money or people as people type it: "1,000-5,000", "$10M",
    "51 to 200 employees", "over 5k". Of a range it is the lower end, in the unit of the upper end where
    it has none ("10-50M", but not "500-2k"). Text that could be read in two ways ("1,5") or that says
    anything else is null. #}
    {%- set typed = "lower(trim(cast(" ~ text ~ " as varchar), ' ' || chr(9) || chr(10) || chr(13)))" -%}
    {%- set number = "[0-9]+(,[0-9]{3})*([.][0-9]+)?" -%}
    {%- set unit = "(k|thousand|m|mm|mio|million|millions|b|bn|billion|billions)?[+]?" -%}
    {%- set money = "(us)?[$€£]?" -%}
    {%- set words = "([ ]*(employees|people|usd|eur|gbp|dollars|euros|per year|p[.]a[.]))*" -%}
    {%- set before = "(about |over |more than |at least |up to |less than |under |usd |eur |gbp |[<>~]=?[ ]*)?" -%}
    {%- set ends = "list_transform(regexp_extract_all(" ~ typed ~ ", '" ~ number ~ "'), lambda found: try_cast(replace(found, ',', '') as double))" -%}
    {%- set last_unit = "regexp_extract(" ~ typed ~ ", '[0-9][ ]*(k|thousand|m|b)[a-z]*[+]?[^0-9]*$', 1)" -%}
    {%- set own_unit = "regexp_extract(" ~ typed ~ ", '^[^0-9]*" ~ number ~ "[ ]*(k|thousand|m|b)', 3)" -%}
    case
        when
            regexp_full_match(
                {{ typed }},
                '{{ before }}{{ money }}[ ]*{{ number }}[ ]*{{ unit }}'
                || '([ ]*(-|–|to)[ ]*{{ money }}[ ]*{{ number }}[ ]*{{ unit }})?{{ words }}'
            )
            then ({{ ends }})[1]
                * case
                    when {{ own_unit }} = '' and ({{ ends }})[1] > ({{ ends }})[2] then 1
                    else
                        case left(coalesce(nullif({{ own_unit }}, ''), {{ last_unit }}), 1)
                            when 'k' then 1e3
                            when 't' then 1e3
                            when 'm' then 1e6
                            when 'b' then 1e9
                            else 1
                        end
                end
    end
{%- endmacro %}
