{% test key(model, columns) %}

-- One row for each key, and no part of a key is empty: one query for what unique and not_null ask
-- in two, because tests of keys run in every run.
select {{ columns | join(', ') }}, count(*) as rows
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
