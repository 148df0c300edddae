{# dbt makes a view under another name, then moves the old one aside, renames, drops, and looks at grants in
   between. DuckDB replaces a view in one statement: half of the time of a view, of which a run has some hundreds. #}
{% materialization view, adapter='duckdb' %}
    {% set existing = load_cached_relation(this) %}
    {% set view = this.incorporate(type='view') %}
    {% if existing is not none and not existing.is_view %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
    {% set sources = env_var('LEAD_SCORING_SOURCES', '').lower().replace(' ', '').split(',') %}
    {% set is_off = model.fqn[1] == 'staging' and sources != [''] and model.fqn[2] not in sources %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        create or replace view {{ view }} as ({{ without_rows(sql, model.fqn[2]) if is_off else sql }});
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}
