{# dbt makes a table under another name, looks for its indexes, moves the old one aside, renames, drops, and looks at
   grants in between: nine statements. DuckDB replaces a table in one, and reads the old one until the new one is whole;
   one with a contract is emptied first, so it must not read itself. Indexes and grants are not made. #}
{% materialization table, adapter='duckdb' %}
    {% set existing = load_cached_relation(this) %}
    {% set table = this.incorporate(type='table') %}
    {% if existing is not none and not existing.is_table %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
    {# What a run that died in mid-table left when dbt still moved tables aside. #}
    {% do drop_relation_if_exists(load_cached_relation(make_backup_relation(table, 'table'))) %}
    {% do drop_relation_if_exists(load_cached_relation(make_intermediate_relation(table))) %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        {% if config.get('contract').enforced %}
            {{ get_assert_columns_equivalent(sql) }}
            create or replace table {{ table }} {{ get_table_columns_and_constraints() }};
            insert into {{ table }} {{ get_column_names() }} ({{ get_select_subquery(sql) }});
        {% else %}
            create or replace table {{ table }} as ({{ sql }});
        {% endif %}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [table]}) }}
{% endmaterialization %}
