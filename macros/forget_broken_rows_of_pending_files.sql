{% macro forget_broken_rows_of_pending_files() -%}
    {# A broken row may have been mended where its file was rewritten: what is still broken lands again. #}
    {% if is_incremental() %}
        delete from {{ this }}
        where
            quarantine_reason is not null
            and file_key in (select file_key from {{ source('control', 'pending_files') }})
    {% endif %}
{%- endmacro %}
