{% macro detail_rows(staging, key_columns, is_deleted='is_deleted') -%}
    {# Rows of a table that only completes others, with what tells two deliveries of one apart. #}
    select
        source_system,
        source_table,
        concat_ws('|', {{ key_columns | join(', ') }}) as detail_id,
        synced_at,
        {{ is_deleted }} as is_deleted,
        file_name,
        file_row,
        landed_row,
        quarantine_reason
    from {{ staging }}
{%- endmacro %}
