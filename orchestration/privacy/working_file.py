"""People leave the working file: their rows first, then every byte that a deleted row leaves."""

# ruff: noqa: S608 - names of tables are ours and quoted

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import warehouse
from orchestration.history import DATED_MARTS
from orchestration.ingestion import landed_inbox
from orchestration.ingestion.inbox import sync_folder
from orchestration.ingestion.intake import KEPT_EVENTS, KEPT_TABLES
from orchestration.ingestion.typing import identifier, literal
from orchestration.privacy import files
from orchestration.privacy.people import VISITOR, People
from orchestration.privacy.words import Naming, named_in

if TYPE_CHECKING:
    import duckdb

REPEATED_EVENTS = "int_repeated_events"

_OF_THEM = f"""
create or replace temp table gone as
select identity_key from intermediate.int_event_identities
where record_id in (select value from people where kind = 'record')
    or normalized_email in (select value from people where kind = 'email')
    or (record_id is null and normalized_email is null
        and {VISITOR} in (select value from people where kind = 'visitor'))
"""
# Texts, pages and programs that only their events had.
_LOOKUPS = {
    "int_event_identities": "identity_key",
    "int_event_texts": "text_key",
    "int_activity_kinds": "kind_key",
    "int_user_agents": "user_agent_key",
}


def forget(working_file: Path, people: People) -> None:
    """Delete what is kept of these people, drop what the next run makes anew, write a new file."""
    with warehouse.opened(working_file) as connection:
        _name(connection, people)
        connection.execute("begin")
        _delete_kept(connection)
        _delete_noted(connection, people)
        _drop_made_anew(connection)
        connection.execute("commit")
    rewrite(working_file)


def forget_again(working_file: Path, people: People) -> None:
    """Delete what was kept once more of people whose events another system still has.

    They come with each of its files, so the working file is not written anew each time: the bytes
    go when nothing brings them back any more, and `forget` is called.
    """
    with warehouse.opened(working_file) as connection:
        _name(connection, people)
        connection.execute("begin")
        _delete_kept(connection)
        connection.execute("commit")


def kept_identities(
    connection: duckdb.DuckDBPyConnection, of_other_systems: bool = False
) -> Iterator[tuple[str, str | None]]:
    """Every kind and value that kept events carry."""
    if not warehouse.has_table(connection, "intermediate", "int_event_identities"):
        return
    rows = connection.execute(
        f"select record_id, normalized_email, {VISITOR} from intermediate.int_event_identities "
        "where source_system <> 'custom' or not ?",
        [of_other_systems],
    ).fetchall()
    for record, email, visitor in rows:
        yield "record", record
        yield "email", email
        if record is None and email is None:
            yield "visitor", visitor


def kept_values(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str | None]]:
    """Every kind and value that the working file keeps from run to run."""
    yield from kept_identities(connection)
    yield from connection.execute(
        "select kind, name from control.published_names "
        "union select 'record', record_id from control.published_members"
    ).fetchall()
    tables = [("control", "published_lead_ids"), ("control", "earlier_scores")]
    tables += [("marts", mart) for mart in DATED_MARTS]
    for schema, table in tables:
        if warehouse.has_table(connection, schema, table):
            ids = connection.execute(
                f"select distinct lead_id from {schema}.{identifier(table)}"
            ).fetchall()
            yield from (("record", lead_id) for (lead_id,) in ids)
    for _, source, values in _quarantined(connection):
        yield from files.kinds_of(values, source)
        yield from named_in(_unsplit(values))


def rewrite(working_file: Path) -> None:
    """Copy the working file into a new one and put that in its place.

    A DuckDB file holds the bytes of deleted rows until they are written over.
    """
    fresh = working_file.with_name(f".{working_file.name}.fresh")
    for left in (fresh, fresh.with_name(fresh.name + ".wal")):
        left.unlink(missing_ok=True)
    with warehouse.opened(":memory:") as connection:
        warehouse.attach(connection, working_file, "old")
        connection.execute(
            f"attach {literal(str(fresh))} as fresh (storage_version '{warehouse.OURS}')"
        )
        connection.execute("copy from database old to fresh")
        connection.execute("detach fresh")
        connection.execute("detach old")
    warehouse.restrict(fresh)
    fresh.rename(working_file)
    sync_folder(working_file.parent)
    working_file.with_name(working_file.name + ".wal").unlink(missing_ok=True)


def _name(connection: duckdb.DuckDBPyConnection, people: People) -> None:
    connection.execute("create or replace temp table people (kind varchar, value varchar)")
    values = [list(pair) for pair in people.values()]
    if values:
        connection.executemany("insert into people values (?, ?)", values)


def _delete_kept(connection: duckdb.DuckDBPyConnection) -> None:
    if not all(warehouse.has_table(connection, "intermediate", name) for name in KEPT_TABLES):
        return
    connection.execute(_OF_THEM)
    connection.execute(f"delete from intermediate.{KEPT_EVENTS} where identity_key in (from gone)")
    for table, key in _LOOKUPS.items():
        connection.execute(
            f"delete from intermediate.{table} where {key} not in "
            f"(select {key} from intermediate.{KEPT_EVENTS} where {key} is not null)"
        )


def _delete_noted(connection: duckdb.DuckDBPyConnection, who: People) -> None:
    """What intake and earlier days left in `control` and in marts that are kept."""
    their_records = "(select value from people where kind = 'record')"
    also_named = {"published_lead_ids": "present_lead_id", "published_members": "record_id"}
    for table in ("published_lead_ids", "published_members", "earlier_scores"):
        connection.execute(
            f"delete from control.{table} where lead_id in {their_records} "
            f"or {also_named.get(table, 'lead_id')} in {their_records}"
        )
    connection.execute(
        f"delete from control.published_names where lead_id in {their_records} "
        "or (kind, name) in (select kind, value from people)"
    )
    for mart in DATED_MARTS:
        if warehouse.has_table(connection, "marts", mart):
            connection.execute(
                f"delete from marts.{identifier(mart)} where lead_id in {their_records}"
            )
    names = Naming(who)
    for number, source, values in _quarantined(connection):
        if files.is_of(values, source, who) or any(map(names, _unsplit(values))):
            connection.execute(
                "update control.intake_quarantine set row_json = null where rowid = ?", [number]
            )


def _unsplit(values: dict[str, str | None]) -> list[str]:
    """The text of a row that nobody could split into columns."""
    line = values.get(landed_inbox.UNSPLIT)
    return [line] if line is not None and len(values) == 1 else []


def _quarantined(
    connection: duckdb.DuckDBPyConnection,
) -> Iterator[tuple[int, str, dict[str, str | None]]]:
    """Number, source and columns of each row in quarantine."""
    if not warehouse.has_table(connection, "control", "intake_quarantine"):
        return
    rows = connection.execute(
        "select rowid, source_system, row_json from control.intake_quarantine "
        "where row_json is not null"
    ).fetchall()
    for number, source, text in rows:
        values = {
            name.lower(): None if value is None else str(value)
            for name, value in json.loads(text).items()
        }
        yield number, source, values


def _drop_made_anew(connection: duckdb.DuckDBPyConnection) -> None:
    kept = [*KEPT_TABLES, REPEATED_EVENTS]
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'intermediate' "
        "and not temporary and not list_contains(?, table_name)",
        [kept],
    ).fetchall()
    for (table,) in rows:
        connection.execute(f"drop table intermediate.{identifier(table)}")
