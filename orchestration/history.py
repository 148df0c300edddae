"""What earlier runs published, brought to where the models of this run can read it.

A model cannot read what is built after it, yet today's held tier needs yesterday's history. So
each run begins here: rows that no reader ever saw are taken back, days that only the release has
come from there, and `control.earlier_scores` gets each lead's last published day before the score
date.
"""

# ruff: noqa: S608 - names of tables are ours, all else is quoted or a parameter

from __future__ import annotations

import glob
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import control, warehouse
from orchestration.ingestion.typing import identifier, literal
from orchestration.publishing import release

if TYPE_CHECKING:
    import duckdb

DATED_MARTS = (release.HISTORY_MART, "lead_tier_changes", release.AS_OF_MART)
"""Marts that keep a day's rows once its run has published: no run builds them anew."""
KEPT_MARTS = (*DATED_MARTS, "weights_history")

_EARLIER_COLUMNS = "lead_id, model_version, score_date, score, held_tier, tiers_in, contributions"


def prepare(
    connection: duckdb.DuckDBPyConnection, published: Path, last: control.Run | None, day: date
) -> None:
    """Make the working file's history what readers have, and copy what `day` is compared with.

    `last` is the run that this working file saw last; None in a new one.
    """
    folder = release.current(published)
    _let_new_leads_in(connection)
    has_more = folder is not None and _bring_back_lost_days(connection, folder)
    if last is not None and not control.has_published(connection, last):
        _take_back(connection, folder, last.score_date)
    _roll_earlier_scores(connection, day)
    _note_lead_ids(connection, folder, has_more)


def _let_new_leads_in(connection: duckdb.DuckDBPyConnection) -> None:
    """Lift a constraint of older working files, in which only leads with a past changed tiers."""
    columns = connection.execute(
        "select column_name from duckdb_columns() where database_name = current_database() "
        "and schema_name = 'marts' and table_name = 'lead_tier_changes' and not is_nullable "
        "and column_name in ('earlier_score_date', 'left_tier', 'score_change')"
    ).fetchall()
    for (column,) in columns:
        connection.execute(
            f"alter table marts.lead_tier_changes alter column {column} drop not null"
        )


def _bring_back_lost_days(connection: duckdb.DuckDBPyConnection, folder: Path) -> bool:
    """Fill the working file with the days that only the release has; whether there were any.

    All of them where the working file is new; the earlier ones where it began beside an empty
    folder and a release from a backup was put there since. What it knew of those before is
    forgotten: earlier scores, and that it is rid of people who were erased.
    """
    has_more = False
    for mart in KEPT_MARTS:
        if not (files := _files(folder, mart)):
            continue
        table, released = f"marts.{identifier(mart)}", f"read_parquet({files})"
        key = "score_date" if mart in DATED_MARTS else "weights_hash"
        connection.execute("create schema if not exists marts")
        connection.execute(f"create table if not exists {table} as from {released} limit 0")
        lost = f"(select distinct {key} from {released} except select distinct {key} from {table})"
        if connection.execute(f"from {lost} limit 1").fetchone():
            has_more = True
            _widen(connection, table, released)
            connection.execute("begin")
            connection.execute("delete from control.earlier_until")
            connection.execute("delete from control.erased_register")
            connection.execute(f"insert into {table} by name from {released} where {key} in {lost}")
            connection.execute("commit")
    return has_more


def _take_back(connection: duckdb.DuckDBPyConnection, folder: Path | None, day: date) -> None:
    """Replace a day that was scored and never published by what readers have of that day."""
    for mart in DATED_MARTS:
        if not warehouse.has_table(connection, "marts", mart):
            continue
        table, files = f"marts.{identifier(mart)}", _files(folder, mart) if folder else ""
        released = f"read_parquet({files})"
        if files:
            _widen(connection, table, released)
        connection.execute("begin")
        connection.execute(f"delete from {table} where score_date = ?", [day])
        if files:
            connection.execute(
                f"insert into {table} by name from {released} where score_date = ?", [day]
            )
        connection.execute("commit")
    connection.execute("delete from control.earlier_until where score_date > ?", [day])


def _widen(connection: duckdb.DuckDBPyConnection, table: str, released: str) -> None:
    """Give a table the columns that only a release of a later version has."""
    columns = {name: kind for name, kind, *_ in _described(connection, released)}
    for name in columns.keys() - {name for name, *_ in _described(connection, table)}:
        connection.execute(f"alter table {table} add column {identifier(name)} {columns[name]}")


def _described(connection: duckdb.DuckDBPyConnection, rows: str) -> list[tuple]:
    return connection.execute(f"describe from {rows}").fetchall()


def _note_lead_ids(
    connection: duckdb.DuckDBPyConnection, folder: Path | None, has_more: bool
) -> None:
    """Keep every lead id that readers ever had, with the lead that it was last said to be.

    Of leads that are several records now, keep those too. Where what was published is lost, the
    leads of the days before are still known.
    """
    ids = ["select lead_id from control.published_lead_ids"]
    ids.append("select lead_id from control.earlier_scores")
    changes = (
        "(select lead_id as old_lead_id, present_lead_id as lead_id, since "
        "from control.published_lead_ids)"
    )
    if folder is not None:
        marts = ["lead_scores_by_model"]
        if has_more or not _has_rows(connection, "published_lead_ids"):
            marts.append(release.HISTORY_MART)
        for mart in marts:
            if files := _files(folder, mart):
                ids.append(f"select lead_id from read_parquet({files})")
        if files := _files(folder, "lead_id_changes"):
            changes = f"read_parquet({files})"
            ids.append(f"select old_lead_id from {changes}")
        if files := _files(folder, "lead_members"):
            connection.execute(
                "create or replace table control.published_members as select lead_id, "
                "if(source_system = 'custom', '', source_system || ':') || source_record_id "
                f"as record_id from read_parquet({files}) "
                "qualify count(*) over (partition by lead_id) > 1"
            )
    connection.execute(
        "create or replace table control.published_lead_ids as "
        f"with ids as ({' union '.join(ids)}) "
        "select ids.lead_id, changes.lead_id as present_lead_id, changes.since "
        f"from ids left join {changes} as changes on ids.lead_id = changes.old_lead_id"
    )


def _roll_earlier_scores(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    """Make `control.earlier_scores` each lead's last row of history before `day`.

    From one day to the next only the days in between are read. A day before the last one starts
    again from all history.
    """
    if not warehouse.has_table(connection, "marts", release.HISTORY_MART):
        return
    row = connection.execute("select max(score_date) from control.earlier_until").fetchone()
    until = row[0] if row and row[0] and row[0] <= day else date.min
    connection.execute("begin")
    if until == date.min:
        connection.execute("delete from control.earlier_scores")
    connection.execute(
        "create or replace temporary table later as "
        f"select {_EARLIER_COLUMNS} from marts.lead_score_history "
        "where score_date >= $until and score_date < $day "
        "qualify row_number() over ("
        "partition by lead_id, model_version order by score_date desc) = 1",
        {"until": until, "day": day},
    )
    connection.execute(
        "delete from control.earlier_scores as earlier using later "
        "where earlier.lead_id = later.lead_id and earlier.model_version = later.model_version"
    )
    connection.execute("insert into control.earlier_scores by name from later")
    connection.execute("delete from control.earlier_until")
    connection.execute("insert into control.earlier_until values (?)", [day])
    connection.execute("commit")
    connection.execute("drop table later")


def _files(folder: Path, mart: str) -> str:
    """The mart's files in a release, as a literal that SQL reads; empty where there are none."""
    files = sorted((folder / release.PARQUET / mart).glob("*.parquet"))
    return "[" + ", ".join(literal(glob.escape(str(file))) for file in files) + "]" if files else ""


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    row = connection.execute(f"select 1 from control.{identifier(table)} limit 1").fetchone()
    return row is not None
