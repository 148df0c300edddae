"""What becomes of a request to be erased, after the release that no longer shows the person.

1. Hashes of the person's ids and addresses are kept, so that rows which come again are known.
2. Rows leave the landed files of your own tables, and the originals of the inbox.
3. Rows that are kept leave the working file, which is written anew.
4. Earlier releases and logs are dropped.

Who is to be erased is noted beside the working file until all of it is done: a run that finds the
note begins by finishing. Each step may be repeated. A working file knows of which register of
hashes it is rid: where another one was put back beside it, all that is kept is searched again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import control, progress, warehouse
from orchestration.ingestion import inbox
from orchestration.ingestion.typing import identifier
from orchestration.privacy import files, originals, people, register, working_file
from orchestration.privacy.people import Elsewhere, People
from orchestration.privacy.tally import Tally
from orchestration.publishing import release

if TYPE_CHECKING:
    import duckdb

    from orchestration.settings import Settings

_TITLE = "Erasing people who asked for it"


@dataclass(frozen=True)
class Erased:
    """What was done. Nothing here tells who: `rows` by table, `unread` files by name."""

    rows: dict[str, int]
    unread: tuple[str, ...]
    elsewhere: tuple[Elsewhere, ...]

    def messages(self) -> list[str]:
        """What a person should know."""
        said = []
        if number := sum(self.rows.values()):
            tables = ", ".join(f"{t} {n}" for t, n in self.rows.items() if n)
            said.append(
                f"Erased for good: {number} landed rows ({tables}) and what was made of them. "
                "Backups and Dagster's own storage are yours to clear: docs/privacy.md."
            )
        for one in self.elsewhere:
            said.append(
                f"{one.source}.{one.table}: {one.rows} rows of people who asked to be erased. "
                "Delete the people there, then in the landed tables; until then they are kept out "
                "of everything published."
            )
        for name in self.unread:
            said.append(f"{name}: cannot be read, so nobody knows whether it names erased people.")
        return said


def reached(step: str) -> None:
    """Nothing. Called between the steps: tests stop a run here."""


def finish(settings: Settings) -> Erased | None:
    """Do what a run that died left undone; None where nothing was."""
    if Tally(settings):
        _settled(settings)
    note = _note(settings)
    if not note.is_file():
        return None
    who = People.from_json(note.read_text(encoding="utf-8"))
    with progress.step(_TITLE):
        erased = _carry_out(settings, who, [], is_repeated=True)
    note.unlink()
    return erased


def carry_out(settings: Settings) -> Erased | None:
    """Erase everybody who asked for it by the run that has just published; None if nobody did."""
    known = register.Register(settings)
    with warehouse.opened(settings.warehouse) as connection:
        is_behind = _is_behind(connection, known)
        found, elsewhere = people.find(connection) if people.asked(connection) else (People(), [])
        # A file of another system that was loaded again brought them back.
        kept = working_file.kept_identities(connection, of_other_systems=True)
        came_back = known.known(kept) if known else set()
    waiting = People.of(came_back & set(found.values()))
    again = People.of(came_back - set(found.values()))
    who = found | again
    if not who and not is_behind:
        return None
    with progress.step(_TITLE):
        erased = _noted(settings, who, elsewhere, is_repeated=bool(again) or is_behind)
        if waiting:
            working_file.forget_again(settings.warehouse, waiting)
    with warehouse.opened(settings.warehouse) as connection:
        control.note_erased_register(connection, register.Register(settings).state)
    return erased


def repeat(settings: Settings) -> Erased | None:
    """Erase again who is in the register, where a backup of the other files was brought back.

    The release that it brought back goes when this run has published (`carry_out`).
    """
    known = register.Register(settings)
    if not known:
        return None
    with warehouse.opened(settings.warehouse) as connection:
        if not _is_behind(connection, known):
            return None
        again = People.of(known.known(_kept_values(connection, settings)))
    if not again:
        return None
    with progress.step(_TITLE):
        return _noted(settings, again, [], is_repeated=True)


def turn_away(connection: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Take rows of erased people out of files that have just landed; whether there were any.

    Tables of other systems are not changed. A person who is found in one again has a new request,
    which keeps the person out of everything published.
    """
    known = register.Register(settings)
    if not known:
        return False
    again = People.of(known.known(_landed_values(connection)))
    if again:
        files.remove_landed(settings, again)
        originals.remove(settings, again)
        files.drop_copies(settings, again)
        Tally(settings).settle(connection)
    elsewhere = known.known(_values_elsewhere(connection, _is_behind(connection, known)))
    if elsewhere:
        _ask_again(settings, (email for _, email in elsewhere))
    return bool(again or elsewhere)


def _noted(
    settings: Settings, who: People, elsewhere: list[Elsewhere], is_repeated: bool
) -> Erased:
    note = _note(settings)
    register.write_private(note, who.to_json())
    reached("noted")
    erased = _carry_out(settings, who, elsewhere, is_repeated)
    note.unlink()
    return erased


def _is_behind(connection: duckdb.DuckDBPyConnection, known: register.Register) -> bool:
    """Whether somebody is in the register of whom this working file may hold something."""
    return bool(known) and control.erased_register(connection) != known.state


def _carry_out(
    settings: Settings, who: People, elsewhere: list[Elsewhere], is_repeated: bool
) -> Erased:
    is_new = register.Register(settings).add(who)
    reached("hashed")
    # Notes of a try that failed first: this one writes the same temporary files.
    rows = Counter(_settled(settings))
    landed = files.remove_landed(settings, who)
    reached("landed files")
    rows += Counter(_settled(settings))
    dropped = originals.remove(settings, who)
    reached("originals")
    # Whoever waits for an operator to delete them elsewhere left our files in an earlier run.
    if is_new or is_repeated or dropped.changed or landed.changed:
        files.drop_copies(settings, who)
        working_file.forget(settings.warehouse, who)
        reached("working file")
        release.drop_earlier(settings.published)
        _drop_logs(settings)
        reached("releases")
    return Erased(
        rows=dict(rows),
        unread=(*landed.unread, *dropped.unread),
        elsewhere=tuple(elsewhere),
    )


def _settled(settings: Settings) -> dict[str, int]:
    with warehouse.opened(settings.warehouse) as connection:
        return Tally(settings).settle(connection)


def _landed_values(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str | None]]:
    rows = connection.execute(
        "select path, source_system from control.intake_files "
        "where is_present and not is_kept and source_table <> ?",
        [files.REQUESTS],
    ).fetchall()
    for path, source in rows:
        yield from files.values_in(Path(path), source)


def _kept_values(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> Iterator[tuple[str, str | None]]:
    yield from working_file.kept_values(connection)
    for source, table, path in files.landed(settings):
        if table != files.REQUESTS:
            yield from files.values_in(path, source)
    yield from originals.values_in_all(settings)


def _values_elsewhere(
    connection: duckdb.DuckDBPyConnection, is_everything: bool
) -> Iterator[tuple[str, str | None]]:
    """Addresses in files of other systems: in new ones, or in all."""
    rows = connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where starts_with(table_schema, 'raw_') and table_schema <> 'raw_custom' "
        "and list_contains(?, column_name)",
        [list(files.EMAIL_COLUMNS)],
    ).fetchall()
    for schema, table, column in rows:
        found = connection.execute(
            f"select distinct lower(trim({identifier(column)})) "  # noqa: S608 - names are quoted
            f"from {identifier(schema)}.{identifier(table)} "
            "where (? or _path in (select path from control.pending_files)) and not exists ("
            "select 1 from raw_custom.privacy_requests as asked "
            f"where lower(trim(asked.email)) = lower(trim({identifier(column)})))",
            [is_everything],
        ).fetchall()
        yield from (("email", email) for (email,) in found)


def _ask_again(settings: Settings, emails: Iterable[str]) -> None:
    """Land a request for people of other systems, for whichever day is scored."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {"email": email, "request": "erase", "requested_at": datetime(1970, 1, 1)}
        for email in sorted(emails)
    ]
    folder = settings.landing / files.SOURCE / files.REQUESTS
    warehouse.make_folder(folder)
    target = folder / f"erased-again-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.parquet"
    temporary = folder / f".{target.name}.tmp"
    pq.write_table(pa.Table.from_pylist(rows), temporary)
    warehouse.restrict(temporary)
    temporary.rename(target)
    inbox.sync_folder(folder)


def _drop_logs(settings: Settings) -> None:
    for path in (settings.project_dir / "logs").glob("*"):
        if path.is_file():
            path.unlink()


def _note(settings: Settings) -> Path:
    return settings.warehouse.with_name(settings.warehouse.name + ".erasing.json")
