"""The current release in PostgreSQL, for BI servers: every table in one transaction.

Rows are replaced, tables are not: readers never wait, queries of others on our tables stay, and
a transaction sees one publish from its first statement to its last (at REPEATABLE READ).
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import warehouse
from orchestration.errors import NotCopied, unusable
from orchestration.ingestion.typing import identifier
from orchestration.publishing import release

if TYPE_CHECKING:
    import duckdb
    import psycopg

SERVER = "LEAD_SCORING_POSTGRES"
SCHEMA = "LEAD_SCORING_POSTGRES_SCHEMA"
READER = "LEAD_SCORING_POSTGRES_READER"
MASK_EMAIL = "LEAD_SCORING_POSTGRES_MASK_EMAIL"

TRIES = 4
FIRST_WAIT_SECONDS = 1.0
LONGEST_KEY = 2_000
"""Bytes of a key that PostgreSQL can still index."""

_TYPES = {
    **{"BIGINT": "bigint", "INTEGER": "integer", "SMALLINT": "smallint", "TINYINT": "smallint"},
    **{"DOUBLE": "double precision", "FLOAT": "real", "BOOLEAN": "boolean", "DATE": "date"},
    **{"TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamptz", "JSON": "jsonb"},
    **{"HUGEINT": "numeric", "UBIGINT": "numeric", "UINTEGER": "bigint", "VARCHAR": "text"},
}
_NULL = r"\N"
_OF_THE_MANIFEST = ("run_id", "published_at", "history_months", "row_counts")


@dataclass(frozen=True)
class Target:
    """Where to, who may read it there, and whether e-mail addresses are shown in full."""

    server: str = field(repr=False)
    schema: str = "lead_scoring"
    reader: str = ""
    masks_email: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Target | None:
        """Read the variables; None where no server is named."""
        server = environ.get(SERVER, "").strip()
        if not server:
            return None
        mask = (environ.get(MASK_EMAIL) or "no").strip().lower()
        if mask not in ("yes", "no"):
            raise unusable(MASK_EMAIL, f"{mask!r} is neither yes nor no", "Write yes or no")
        return cls(
            server,
            environ.get(SCHEMA) or "lead_scoring",
            environ.get(READER, ""),
            mask == "yes",
        )


@dataclass(frozen=True)
class Described:
    """What the dbt project says of a mart: its text, its columns' texts, and its key."""

    description: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    """Empty where a column of it may be missing."""


def described(manifest: Mapping[str, Any]) -> dict[str, Described]:
    """Read descriptions and keys of all marts out of dbt's manifest."""
    nodes = manifest["nodes"]
    keys = {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes.values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "key"
    }
    found = {}
    for unique_id, node in nodes.items():
        if node["resource_type"] != "model" or node["schema"] != "marts":
            continue
        filled = {
            name
            for name, column in node["columns"].items()
            if any(constraint["type"] == "not_null" for constraint in column["constraints"])
        }
        key = keys.get(unique_id, ())
        found[node["name"]] = Described(
            node["description"],
            {name: column["description"] for name, column in node["columns"].items()},
            key if set(key) <= filled else (),
        )
    return found


def publish(
    target: Target, folder: Path, descriptions: Mapping[str, Described]
) -> dict[str, int] | None:
    """Bring the release in `folder` to PostgreSQL; return the rows written, by table.

    None when the server has this very release. Months of history that it has already are left as
    they are. Raises NotCopied when the server cannot be reached or goes away; what readers see
    there is then the release before.
    """
    import psycopg
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

    tries = Retrying(
        retry=retry_if_exception_type(psycopg.OperationalError),
        stop=stop_after_attempt(TRIES),
        wait=wait_exponential(FIRST_WAIT_SECONDS),
        reraise=True,
    )
    try:
        return tries(_publish, target, folder, descriptions)
    except psycopg.OperationalError as error:
        raise _not_copied(error) from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise unusable(
            SERVER, _said(error), f"Let the role create and own the schema {target.schema}"
        ) from None


def _publish(
    target: Target, folder: Path, descriptions: Mapping[str, Described]
) -> dict[str, int] | None:
    manifest = json.loads((folder / release.MANIFEST).read_text(encoding="utf-8"))
    with (
        warehouse.opened(folder / release.DATABASE, read_only=True) as ours,
        _connected(target) as theirs,
        theirs.transaction(),
    ):
        # Two publishes at a time would each delete the rows that the other one has just written.
        theirs.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"publish {target.schema}"])
        before = _manifest_there(theirs, target)
        if _is_of(before, manifest):
            return None
        months = before.get("history_months") or {}
        _create_schema(theirs, target)
        written = {}
        for table in _tables(ours):
            changed = None
            if table == release.HISTORY_MART:
                changed = _changed_months(months, manifest["history_months"])
            text = descriptions.get(table, Described("", {}, ()))
            written[table] = _replace(ours, theirs, target, table, text, changed)
        _drop_others(theirs, target, set(before.get("row_counts") or {}) - set(written))
        _grant(theirs, target)
        return written


def _connected(target: Target) -> psycopg.Connection:
    import psycopg

    try:
        return psycopg.connect(target.server, connect_timeout=10, application_name="leadscore")
    except psycopg.ProgrammingError:
        # libpq's own words would repeat the text, and with it a password.
        raise unusable(
            SERVER,
            "it is no connection string",
            "Write host=… port=… dbname=… user=… password=…, or postgresql://user@host/dbname",
        ) from None


def _create_schema(theirs: psycopg.Connection, target: Target) -> None:
    known = theirs.execute(
        "select 1 from pg_namespace where nspname = %s", [target.schema]
    ).fetchone()
    if not known:
        theirs.execute(_sql("create schema {}", target.schema))


def _tables(ours: duckdb.DuckDBPyConnection) -> list[str]:
    rows = ours.execute(
        "select table_name from information_schema.tables where table_schema = 'main' "
        "order by table_name"
    ).fetchall()
    return [name for (name,) in rows]


def _manifest_there(theirs: psycopg.Connection, target: Target) -> dict[str, Any]:
    """The manifest of what the server has; empty before the first publish."""
    found = theirs.execute(
        "select to_regclass(format('%%I.manifest', %s::text))", [target.schema]
    ).fetchone()
    if not found or found[0] is None:
        return {}
    query = "select run_id, published_at, history_months, row_counts from {}.manifest"
    row = theirs.execute(_sql(query, target.schema))
    values = row.fetchone()
    return dict(zip(_OF_THE_MANIFEST, values, strict=True)) if values else {}


def _is_of(there: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    """Whether the server has this very release: a run may have published more than once."""
    published_at = datetime.fromisoformat(manifest["published_at"]).replace(tzinfo=None)
    return (there.get("run_id"), there.get("published_at")) == (manifest["run_id"], published_at)


def _changed_months(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return sorted(month for month in {*before, *now} if before.get(month) != now.get(month))


def _replace(
    ours: duckdb.DuckDBPyConnection,
    theirs: psycopg.Connection,
    target: Target,
    table: str,
    text: Described,
    months: list[str] | None,
) -> int:
    """Make the table's rows those of the release; `months` are those of history that differ."""
    columns = {row[0]: row[1] for row in ours.execute(f"describe {identifier(table)}").fetchall()}
    types = {name: _type(kind) for name, kind in columns.items()}
    if _columns_there(theirs, target, table) != types:
        _drop(theirs, target, table)
        _create(theirs, target, table, types)
        months = None
    _describe(theirs, target, table, types, text)
    if _set_key(ours, theirs, target, table, text.key):
        months = None
    if months is None:
        theirs.execute(_sql("delete from {}.{}", target.schema, table))
        where = ""
    else:
        theirs.execute(
            _sql(
                "delete from {}.{} where to_char(score_date, 'YYYY-MM') = any(%s)",
                *(target.schema, table),
            ),
            [months],
        )
        where = "where list_contains($months, strftime(score_date, '%Y-%m'))"
    selected = ", ".join(_cell(name, kind, target) for name, kind in columns.items())
    query = f"select {selected} from {identifier(table)} {where}"  # noqa: S608 - names of our own columns
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "rows.csv"
        ours.execute(
            f"copy ({query}) to '{file}' (format csv, header false, nullstr '{_NULL}')",
            {"months": months} if months is not None else None,
        )
        copied = theirs.cursor()
        names = ", ".join(_name(name) for name in columns)
        statement = f"copy {{}}.{{}} ({names}) from stdin (format csv, null '{_NULL}')"
        with file.open("rb") as rows, copied.copy(_sql(statement, target.schema, table)) as copy:
            while part := rows.read(1 << 20):
                copy.write(part)
        return copied.rowcount


def _cell(name: str, kind: str, target: Target) -> str:
    """One column as PostgreSQL takes it: nested values as JSON, no NUL, e-mail masked if asked."""
    column = identifier(name)
    if _type(kind) == "jsonb":
        # JSON has no control characters of its own, so one can stand for an escaped backslash.
        text = f"replace(cast(to_json({column}) as varchar), '\\\\', chr(1))"
        text = f"replace(replace({text}, '\\u0000', ''), chr(1), '\\\\')"
        return f"case when {column} is not null then {text} end as {column}"
    if kind != "VARCHAR":
        return column
    text = f"replace({column}, chr(0), '')"
    if name == "email" and target.masks_email:
        text = f"regexp_replace({text}, '^(.).*@', '\\1***@')"
    return f"{text} as {column}"


def _type(kind: str) -> str:
    if kind.startswith("DECIMAL"):
        return kind.replace("DECIMAL", "numeric").replace(" ", "")
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return "jsonb"
    return _TYPES.get(kind, "text")


def _columns_there(theirs: psycopg.Connection, target: Target, table: str) -> dict[str, str]:
    rows = theirs.execute(
        "select a.attname, replace(replace(format_type(a.atttypid, a.atttypmod), "
        "' without time zone', ''), 'timestamp with time zone', 'timestamptz') "
        "from pg_attribute as a "
        "inner join pg_class as c on a.attrelid = c.oid "
        "inner join pg_namespace as n on c.relnamespace = n.oid "
        "where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped "
        "order by a.attnum",
        [target.schema, table],
    ).fetchall()
    return dict(rows)


def _drop(theirs: psycopg.Connection, target: Target, table: str) -> None:
    """Drop a table whose columns are others now. Raises ConfigurationError if a view needs it."""
    from psycopg import errors

    try:
        with theirs.transaction():
            theirs.execute(_sql("drop table if exists {}.{}", target.schema, table))
    except errors.DependentObjectsStillExist as error:
        raise unusable(
            f"{target.schema}.{table}",
            f"its columns have changed, and it cannot be made anew: {_said(error)} "
            f"({error.diag.message_detail})",
            "Drop what depends on it, run leadscore score, and make it again",
        ) from None


def _create(theirs: psycopg.Connection, target: Target, table: str, types: dict[str, str]) -> None:
    columns = ", ".join(f"{_name(name)} {kind}" for name, kind in types.items())
    theirs.execute(_sql(f"create table {{}}.{{}} ({columns})", target.schema, table))


def _describe(
    theirs: psycopg.Connection, target: Target, table: str, types: dict[str, str], text: Described
) -> None:
    from psycopg import sql

    place = (target.schema, table)
    theirs.execute(
        _sql("comment on table {}.{} is ", *place) + sql.Literal(text.description.strip())
    )
    for name in types:
        said = " ".join(text.columns.get(name, "").split())
        theirs.execute(_sql("comment on column {}.{}.{} is ", *place, name) + sql.Literal(said))


def _set_key(
    ours: duckdb.DuckDBPyConnection,
    theirs: psycopg.Connection,
    target: Target,
    table: str,
    key: tuple[str, ...],
) -> bool:
    """See that the table has its primary key, or none while a value is too long to be indexed.

    Nothing is altered while that is so already: that would wait for all who are reading. Returns
    whether all rows were taken out, because one of the release before may have been too long.
    """
    name = f"{table}_key"[:63]
    place = (target.schema, table)
    there = theirs.execute(
        "select 1 from pg_constraint where conname = %s "
        "and conrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))",
        [name, *place],
    ).fetchone()
    if bool(there) == (wanted := bool(key) and _is_short(ours, table, key)):
        return False
    if not wanted:
        theirs.execute(_sql("alter table {}.{} drop constraint {}", *place, name))
        return False
    theirs.execute(_sql("delete from {}.{}", *place))
    columns = ", ".join(_name(column) for column in key)
    statement = f"alter table {{}}.{{}} add constraint {{}} primary key ({columns})"
    theirs.execute(_sql(statement, *place, name))
    return True


def _is_short(ours: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...]) -> bool:
    sizes = " + ".join(
        f"coalesce(strlen(cast({identifier(column)} as varchar)), 0)" for column in key
    )
    longest = ours.sql(f"select max({sizes}) from {identifier(table)}").fetchone()  # noqa: S608 - our names
    return not (longest and longest[0] and longest[0] > LONGEST_KEY)


def _drop_others(theirs: psycopg.Connection, target: Target, tables: set[str]) -> None:
    """Drop what the release before had and this one has not, unless somebody's view needs it."""
    from psycopg import errors

    for table in sorted(tables):
        with contextlib.suppress(errors.DependentObjectsStillExist), theirs.transaction():
            theirs.execute(_sql("drop table if exists {}.{}", target.schema, table))


def _grant(theirs: psycopg.Connection, target: Target) -> None:
    if not target.reader:
        return
    known = theirs.execute("select 1 from pg_roles where rolname = %s", [target.reader]).fetchone()
    if not known:
        raise unusable(
            READER, f"there is no role {target.reader}", f"create role {target.reader} login"
        )
    theirs.execute(_sql("grant usage on schema {} to {}", target.schema, target.reader))
    theirs.execute(
        _sql("grant select on all tables in schema {} to {}", target.schema, target.reader)
    )


def _sql(statement: str, *names: str) -> Any:
    """A statement with names in place of its {}, each quoted as PostgreSQL needs it."""
    from psycopg import sql

    return sql.SQL(statement).format(*(sql.Identifier(name) for name in names))  # type: ignore[arg-type]


def _name(name: str) -> str:
    return '"' + name.replace('"', '""').replace("{", "{{").replace("}", "}}") + '"'


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _not_copied(error: Exception) -> NotCopied:
    return NotCopied(
        f"PostgreSQL cannot be used: {_said(error)}. The release is published here; PostgreSQL "
        f"still has the one before. When the server named by {SERVER} is back: leadscore score"
    )
