{% macro round_carried_units(units) -%}
    {#
        Units that were carried on from day to day end in other digits than those of a rebuild. Where
        a day's weight is a short decimal this gives it back, so that half a millionth of a point is
        rounded alike in both. Nine digits leave room for what months of days add up to.
    #}
    round({{ units }}, 9)
{%- endmacro %}
