"""Whether a relation has the columns it should, asked of the database's own catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from orchestration.ingestion.typing import literal
from orchestration.quality.catalogue import PlannedCheck
from orchestration.quality.judging import Figures, Question, figures_measure

COLUMNS_ASSET = "columns"
COLUMNS_QUERY = (
    "select schema_name || '.' || table_name as relation, column_name, data_type "
    "from duckdb_columns() where database_name = current_database()"
)

_SCHEMA = Template("""
    with promised as (select * from (values $columns) as promised(name, kind)),
    found as (select column_name, data_type from {batch} where relation = $relation),
    compared as (
        select promised.name, promised.kind, found.data_type
        from promised left join found on found.column_name = promised.name
    )
    select
        count(*) as columns_promised,
        count(*) filter (where data_type is null) as columns_missing,
        count(*) filter (where data_type <> kind) as columns_of_another_type,
        count(*) filter (where data_type is distinct from kind) as columns_wrong,
        string_agg(name, ', ' order by name) filter (where data_type is null) as missing,
        string_agg(
            name || ' (' || data_type || ' instead of ' || kind || ')', ', ' order by name
        ) filter (where data_type <> kind) as of_another_type
    from compared
""")


def schema_question(check: PlannedCheck, columns: Mapping[str, str], remedy: str) -> Question:
    """Ask whether a relation has every column of `columns` (name to DuckDB type)."""
    query = _SCHEMA.substitute(
        columns=", ".join(
            f"({literal(name)}, {literal(kind.upper())})" for name, kind in columns.items()
        ),
        relation=literal(check.table),
    )

    def explain(figures: Figures) -> str:
        if figures["columns_missing"] == figures["columns_promised"]:
            return f"the relation is missing. {remedy}"
        wrong = []
        if figures["columns_missing"]:
            wrong.append(f"missing {figures['missing']}")
        if figures["columns_of_another_type"]:
            wrong.append(f"of another type {figures['of_another_type']}")
        return f"columns differ from the contract: {'; '.join(wrong)}. {remedy}"

    return Question(check, (figures_measure(query, "columns_wrong", 0),), explain)
