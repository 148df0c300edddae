{% macro units_in_words(measure, units) -%}
    {# How much of it there was, as a person says it; nothing where the description says it all. #}
    case {{ measure }}
        when 'events'
            then case {{ units }}
                when 1 then ' once' else ' ' || {{ number_text('round(' ~ units ~ ', 1)') }} || ' times'
            end
        when 'minutes' then ' for ' || {{ number_text('round(' ~ units ~ ', 1)') }} || ' minutes'
        when 'days'
            then case {{ units }}
                when 1 then ' on 1 day'
                else ' on ' || {{ number_text('round(' ~ units ~ ', 1)') }} || ' days'
            end
        when 'rate' then ' at ' || {{ number_text('round(100 * ' ~ units ~ ', 1)') }} || ' %'
        else ''
    end
{%- endmacro %}
