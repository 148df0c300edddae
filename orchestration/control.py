"""The `control` schema of the working file: what the run is, what has ended, what was found.

Python writes it, dbt reads `control.run`. Steps of a run share nothing else, so each of them may
run in a process of its own.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orchestration import warehouse
from orchestration.errors import unusable
from orchestration.quality.results import CheckResult

if TYPE_CHECKING:
    import duckdb

_MOMENT = "%Y%m%dT%H%M%SZ"
_TABLES = """
create schema if not exists control;
create table if not exists control.run (
    score_date date, run_id varchar, is_latest boolean, accepted json, started_at timestamp);
create table if not exists control.steps (
    run_id varchar, step varchar, seconds double, ended_at timestamp);
create table if not exists control.check_results (
    run_id varchar, gate varchar, name varchar, status varchar, result json);
create table if not exists control.messages (run_id varchar, step varchar, message varchar);
create table if not exists control.landed_rows (source_table varchar, rows bigint, run_id varchar);
create table if not exists control.publishes (
    run_id varchar, score_date date, published_at timestamp, weights_hash json, accepted json);
create table if not exists control.earlier_scores (
    lead_id varchar, model_version varchar, score_date date, score double, held_tier varchar,
    tiers_in varchar[],
    contributions struct(
        kind varchar, dimension varchar, rule_group varchar, rule_id varchar, points double,
        units double)[]);
create table if not exists control.earlier_until (score_date date);
create table if not exists control.inputs (run_id varchar, digest varchar);
create table if not exists control.erased_rows (
    source_system varchar, source_table varchar, rows bigint,
    primary key (source_system, source_table));
create table if not exists control.erased_register (state varchar);
create table if not exists control.settled_notes (entry varchar primary key);
create table if not exists control.built (step varchar, made_of varchar, views bigint);
create table if not exists control.published_lead_ids (
    lead_id varchar, present_lead_id varchar, since date);
create table if not exists control.published_members (lead_id varchar, record_id varchar);
create table if not exists control.published_names (
    lead_id varchar, kind varchar, name varchar);
"""

_UNITS = {
    "counted_leads": "lead_id varchar, lead_key integer, counted_from ubigint, score_date date",
    "rule_units": "lead_key integer, rule_key integer, units double, weighted_units double, "
    "fading_units double, events double, base_events double, last_activity_date date, "
    "counted_from hugeint",
}
"""What a run carries on from the run before it: `control.earlier_<name>` shows `int_<name>`."""


@dataclass(frozen=True)
class Run:
    """The run at hand. `is_latest` is false for a day before the last published one."""

    run_id: str
    score_date: date
    is_latest: bool
    accepted: tuple[str, ...]


def new_run_id(now: datetime | None = None, last: str = "") -> str:
    """Return a name that sorts by time: 20261123T004500Z-ab12cd.

    It sorts after the `last` one even where the clock went backwards: the newest releases, which
    are kept, are known by it.
    """
    moment = now or datetime.now(UTC)
    if last:
        before = datetime.strptime(last.partition("-")[0], _MOMENT).replace(tzinfo=UTC)
        moment = max(moment, before + timedelta(seconds=1))
    return f"{moment:{_MOMENT}}-{secrets.token_hex(3)}"


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables and views that are missing."""
    connection.execute(_TABLES)
    for name in _UNITS:
        connection.execute(f"create view if not exists {_earlier(name, afresh=True)}")


def carry_units(connection: duckdb.DuckDBPyConnection, afresh: bool) -> None:
    """Show the models what the run before counted; nothing where all is to be counted afresh.

    Where that run died between its tables the models see it by the numbers in them.
    """
    for name in _UNITS:
        is_there = warehouse.has_table(connection, "intermediate", f"int_{name}")
        connection.execute(f"create or replace view {_earlier(name, afresh or not is_there)}")


def _earlier(name: str, afresh: bool) -> str:
    columns = [column.split() for column in _UNITS[name].split(", ")]
    if afresh:
        rows = ", ".join(f"null::{kind} as {column}" for column, kind in columns) + " limit 0"
    else:
        rows = ", ".join(column for column, _ in columns) + f" from intermediate.int_{name}"
    return f"control.earlier_{name} as select {rows}"


def start(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Make `run` the only row of `control.run` and forget the notes of earlier runs."""
    connection.execute("begin")
    for table in ("run", "steps", "check_results", "messages", "inputs"):
        connection.execute(f"delete from control.{table}")  # noqa: S608 - names from above
    connection.execute(
        "insert into control.run values (?, ?, ?, ?, ?)",
        [
            run.score_date,
            run.run_id,
            run.is_latest,
            json.dumps(list(run.accepted)),
            datetime.now(UTC).replace(tzinfo=None),
        ],
    )
    connection.execute("commit")


def read_run(connection: duckdb.DuckDBPyConnection) -> Run | None:
    """Return the run at hand; None in a working file that has not seen one."""
    prepare(connection)
    row = connection.execute(
        "select run_id, score_date, is_latest, accepted from control.run"
    ).fetchone()
    if row is None:
        return None
    return Run(
        run_id=row[0], score_date=row[1], is_latest=row[2], accepted=tuple(json.loads(row[3]))
    )


def the_run(connection: duckdb.DuckDBPyConnection) -> Run:
    """Return the run at hand; raises ConfigurationError when none has begun."""
    run = read_run(connection)
    if run is None:
        raise unusable("working file", "no run has begun", "Run the whole job: leadscore score")
    return run


def end_step(connection: duckdb.DuckDBPyConnection, run: Run, step: str, seconds: float) -> None:
    """Note that a step of the run has done its work."""
    connection.execute(
        "delete from control.steps where run_id = ? and step = ?", [run.run_id, step]
    )
    connection.execute(
        "insert into control.steps values (?, ?, ?, ?)",
        [run.run_id, step, seconds, datetime.now(UTC).replace(tzinfo=None)],
    )


def ended_steps(connection: duckdb.DuckDBPyConnection, run: Run) -> dict[str, float]:
    """Return the steps of the run that have ended, with the seconds they took."""
    rows = connection.execute(
        "select step, seconds from control.steps where run_id = ? order by ended_at", [run.run_id]
    ).fetchall()
    return dict(rows)


def keep_results(
    connection: duckdb.DuckDBPyConnection, run: Run, gate: str, results: Iterable[CheckResult]
) -> None:
    """Replace what a gate of this run found."""
    connection.execute(
        "delete from control.check_results where run_id = ? and gate = ?", [run.run_id, gate]
    )
    rows = [
        [run.run_id, gate, result.name, result.status, json.dumps(result.to_dict(), default=str)]
        for result in results
    ]
    if rows:
        connection.executemany("insert into control.check_results values (?, ?, ?, ?, ?)", rows)


def read_results(connection: duckdb.DuckDBPyConnection, run: Run) -> list[CheckResult]:
    """Return everything that the gates of this run found, in the order of the gates."""
    rows = connection.execute(
        "select result from control.check_results where run_id = ? order by rowid", [run.run_id]
    ).fetchall()
    found = []
    for (text,) in rows:
        fields: dict[str, Any] = json.loads(text)
        fields.pop("status", None)
        found.append(CheckResult(**fields))
    return found


def tell(
    connection: duckdb.DuckDBPyConnection, run: Run, step: str, messages: Sequence[str]
) -> None:
    """Keep warnings of a step for the summary, each once."""
    connection.execute(
        "delete from control.messages where run_id = ? and step = ?", [run.run_id, step]
    )
    for message in dict.fromkeys(messages):
        connection.execute(
            "insert into control.messages values (?, ?, ?)", [run.run_id, step, message]
        )


def messages(connection: duckdb.DuckDBPyConnection, run: Run) -> list[str]:
    """Return the warnings of the run's steps."""
    rows = connection.execute(
        "select message from control.messages where run_id = ? order by rowid", [run.run_id]
    ).fetchall()
    return [message for (message,) in rows]


def note_inputs(connection: duckdb.DuckDBPyConnection, run: Run, digest: str) -> None:
    """Keep the digest of what this run was made of."""
    connection.execute("insert into control.inputs values (?, ?)", [run.run_id, digest])


def inputs_of(connection: duckdb.DuckDBPyConnection, run: Run) -> str | None:
    """Return the digest of what this run was made of; None when it did not get to its end."""
    row = connection.execute(
        "select digest from control.inputs where run_id = ?", [run.run_id]
    ).fetchone()
    return row[0] if row else None


def is_built(
    connection: duckdb.DuckDBPyConnection, name: str, made_of: str, sources: Sequence[str]
) -> bool:
    """Whether a step's views, or the seeds, were made of this, and all views are there.

    A view that was made while its source was off has no rows (macros/without_rows.sql): nothing is
    built where one of these sources has such views.
    """
    row = connection.execute(
        "select built.views <= count(*) "
        "and not bool_or(list_contains(?, regexp_extract(views.sql, ?, 1))) "
        "from control.built inner join duckdb_views() as views on not views.internal "
        "where built.step = ? and built.made_of = ? group by built.views",
        [list(sources), "'([a-z]+)' = 'on'", name, made_of],
    ).fetchone()
    return bool(row and row[0])


def forget_built(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> None:
    """Forget what is about to be made anew: until it ends, some of it is old and some new."""
    for name in names:
        connection.execute("delete from control.built where step = ?", [name])


def note_built(connection: duckdb.DuckDBPyConnection, made_of: Mapping[str, str]) -> None:
    """Note of what views and seeds, by name, were made; all of them are there now."""
    for name, of in made_of.items():
        connection.execute(
            "insert into control.built "
            "select ?, ?, count(*) from duckdb_views() where not internal",
            [name, of],
        )


def erased_register(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the state of the register of erased people whom this working file is rid of."""
    row = connection.execute("select max(state) from control.erased_register").fetchone()
    return row[0] if row else None


def note_erased_register(connection: duckdb.DuckDBPyConnection, state: str) -> None:
    """Note that nothing is kept of anybody in the register of erased people."""
    connection.execute("delete from control.erased_register")
    connection.execute("insert into control.erased_register values (?)", [state])


def note_publish(connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> None:
    """Add a release to `control.publishes`, once.

    `score_date` is the day that the run scored.
    """
    connection.execute("delete from control.publishes where run_id = ?", [manifest["run_id"]])
    connection.execute(
        "insert into control.publishes values (?, ?, ?, ?, ?)",
        [
            manifest["run_id"],
            manifest["scored_date"],
            manifest["published_at"],
            json.dumps(manifest["weights_hash"]),
            json.dumps(manifest["accepted"]),
        ],
    )


def has_published(connection: duckdb.DuckDBPyConnection, run: Run) -> bool:
    """Say whether this run's release was ever switched in."""
    row = connection.execute(
        "select count(*) from control.publishes where run_id = ?", [run.run_id]
    ).fetchone()
    return bool(row and row[0])


def keep_landed_rows(
    connection: duckdb.DuckDBPyConnection, run: Run, rows: Mapping[str, int]
) -> None:
    """Remember how many rows each raw table had, for the volume checks of the next run."""
    connection.execute("delete from control.landed_rows")
    for table, number in rows.items():
        connection.execute(
            "insert into control.landed_rows values (?, ?, ?)", [table, number, run.run_id]
        )


def landed_rows_before(connection: duckdb.DuckDBPyConnection) -> dict[str, int] | None:
    """Return the rows of each raw table in the last run that published; None before the first."""
    rows = connection.execute("select source_table, rows from control.landed_rows").fetchall()
    return dict(rows) or None


def last_published_day(connection: duckdb.DuckDBPyConnection) -> date | None:
    """Return the latest day that was ever published, None before the first publish."""
    row = connection.execute("select max(score_date) from control.publishes").fetchone()
    return row[0] if row else None
