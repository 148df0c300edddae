{% macro take_this_day_back() %}
    {#
        Before an incremental model: what an earlier run of the same day found. dbt replaces the rows
        of a day by those that are found now, and where there are none it leaves the old ones.
    #}
    {% if is_incremental() %}
        delete from {{ this }}
        where score_date = (select run.score_date from {{ source('control', 'run') }} as run)
    {% endif %}
{% endmacro %}
