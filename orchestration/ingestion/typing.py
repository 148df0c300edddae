"""SQL expressions that bring a landed column to its contract's type.

Names of columns and files are data: they enter SQL only through `identifier` and `literal`.
"""

from __future__ import annotations

from orchestration.ingestion.contracts import DUCKDB_TYPES, ContractType

_INTEGERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
}
_NUMBERS = _INTEGERS | {"FLOAT", "DOUBLE", "UBIGINT", "HUGEINT", "UHUGEINT"}
_TIMESTAMPS = {"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"}
_ZONED = {"TIMESTAMP WITH TIME ZONE"}
_BLANKS = "' ' || chr(9) || chr(10) || chr(13)"


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as a SQL string literal, whatever characters it has."""
    return "'" + text.replace("'", "''") + "'"


def in_place(column: str, landed: str, wanted: ContractType) -> str | None:
    """The expression that widens a fitting column without loss, or None where it does not fit."""
    name = identifier(column)
    base = landed.split("(")[0]
    if wanted == "text" and base in {"VARCHAR", "ENUM"}:
        return f"cast({name} as varchar)"
    if wanted == "bigint" and base in _INTEGERS:
        return f"cast({name} as bigint)"
    if wanted == "double" and base in _NUMBERS | {"DECIMAL"}:
        return f"cast({name} as double)"
    if wanted == "boolean" and base == "BOOLEAN":
        return name
    if wanted == "timestamp" and base in _TIMESTAMPS:
        return f"cast({name} as timestamp)"
    if wanted == "timestamp" and base in _ZONED:
        return f"timezone('UTC', {name})"
    return None


def converted(column: str, landed: str, wanted: ContractType) -> str:
    """The expression that types a deviating column; null where a value cannot be typed."""
    name = identifier(column)
    base = landed.split("(")[0]
    as_text = f"nullif(trim(cast({name} as varchar), {_BLANKS}), '')"
    if wanted == "text":
        if base in {"FLOAT", "DOUBLE"}:
            return (
                f"case when isfinite({name}) and {name} = trunc({name}) and abs({name}) < 1e18 "
                f"then cast(cast({name} as bigint) as varchar) else cast({name} as varchar) end"
            )
        if base in {"STRUCT", "MAP"} or landed.endswith("]"):
            return f"cast(to_json({name}) as varchar)"
        return f"cast({name} as varchar)"
    if wanted == "bigint":
        return (
            f"case when regexp_full_match({as_text}, '[+-]?[0-9]+([.]0*)?') "
            f"then try_cast({as_text} as bigint) end"
        )
    if wanted == "double":
        number = f"try_cast({as_text} as double)"
        return f"case when isfinite({number}) then {number} end"
    if wanted == "boolean":
        return f"try_cast(lower({as_text}) as boolean)"
    if base in _NUMBERS | {"DECIMAL", "BOOLEAN"}:
        return "cast(null as timestamp)"
    moment = f"try_cast({as_text} as timestamp with time zone)"
    return f"case when isfinite({moment}) then timezone('UTC', {moment}) end"


def is_filled(column: str) -> str:
    """A predicate: the landed value is neither null nor blank."""
    return f"coalesce(trim(cast({identifier(column)} as varchar), {_BLANKS}), '') <> ''"


def empty(wanted: ContractType) -> str:
    """A typed null for an optional column that a file lacks."""
    return f"cast(null as {DUCKDB_TYPES[wanted]})"
