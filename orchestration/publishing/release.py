"""What readers see: releases, each built beside the others and switched in by one rename of a link.

    published/releases/<run_id>/   lead_scoring.duckdb, parquet/<mart>/<mart>.parquet, manifest.json
                                   parquet/lead_score_history/<month>.parquet
    published/releases/<run_id>-02/   the same run, published once more
    published/current              a symbolic link to the release that counts
    published/lead_scoring.duckdb, published/parquet, published/manifest.json   links through it

A release is built in a folder that no reader looks at, written to disk for good, renamed, and only
then linked, so a crash at any moment leaves the last good release in place.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration import warehouse
from orchestration.errors import unusable

DATABASE = "lead_scoring.duckdb"
PARQUET = "parquet"
MANIFEST = "manifest.json"
KEPT_RELEASES = 3
AS_OF_MART = "lead_scores_as_of"
HISTORY_MART = "lead_score_history"

_UNFINISHED = ".building-"
_STABLE_LINKS = (DATABASE, PARQUET, MANIFEST)


@dataclass(frozen=True)
class Manifest:
    """What a release is: table `manifest` and manifest.json, both with these names.

    `score_date` is the day of `lead_scores`; `scored_date` is the day that this run scored, which
    is earlier when a past day was computed again. `history_months` maps each month of history to a
    digest of its rows. `checks` maps passed, warned, skipped
    and accepted to the names of checks.
    """

    run_id: str
    score_date: str
    scored_date: str
    published_at: str
    weights_hash: Mapping[str, str]
    row_counts: Mapping[str, int]
    checks: Mapping[str, Sequence[str]]
    accepted: Sequence[str]
    history_months: Mapping[str, str]


@dataclass(frozen=True)
class Contents:
    """What a run has to publish. An earlier day (`is_latest` false) brings only its as-of mart."""

    run_id: str
    score_date: date
    is_latest: bool
    published_at: str
    marts: Sequence[str]
    checks: Mapping[str, Sequence[str]]
    accepted: Sequence[str]


def publish(working_file: Path, published: Path, contents: Contents) -> Path:
    """Build a release from the working file, make it current, drop the oldest; return its folder.

    A run that publishes again, because what came after the first time failed, makes a release of
    its own: readers have the first one open, and the working file may have changed since.

    For an earlier day every mart but `lead_scores_as_of` comes from the current release: the
    working file may hold numbers of a later run that a check stopped. Raises ConfigurationError
    when there is no current release to take them from, or a link's place is taken.
    """
    clean_unfinished(published)
    _check_places(published)
    releases = published / "releases"
    warehouse.make_folder(published)
    warehouse.make_folder(releases)
    last = current(published)
    if not contents.is_latest and last is None:
        raise unusable(
            str(published),
            f"{contents.score_date} is earlier than the last published day, but there is no "
            "release to add it to",
            "Score the latest day first: leadscore score",
        )
    building = releases / f"{_UNFINISHED}{contents.run_id}"
    building.mkdir(mode=warehouse.FOLDER_MODE)
    _fill(building, working_file, last, contents)
    release = releases / _unused_name(releases, contents.run_id)
    os.rename(building, release)
    try:
        _add_history_view(release)
        _write_to_disk(release)
        _sync_folder(releases)
    except BaseException:
        # No reader knows it yet, and by this name the next publish removes it.
        os.rename(release, building)
        raise
    _switch(published, release)
    _prune(published)
    return release


def current(published: Path) -> Path | None:
    """Return the folder of the release that counts, resolved once; None when there is none."""
    link = published / "current"
    if not (link / MANIFEST).is_file():
        return None
    return link.resolve()


def read_manifest(published: Path) -> dict[str, Any] | None:
    """Return the current release's manifest; None when nothing is published."""
    release = current(published)
    if release is None:
        return None
    return json.loads((release / MANIFEST).read_text(encoding="utf-8"))


def last_day(published: Path) -> tuple[date, bool] | None:
    """Return the last published day and whether it is final; None when nothing is published."""
    release = current(published)
    if release is None:
        return None
    manifest = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    day = date.fromisoformat(manifest["score_date"])
    # Not the view of the published database: that reads where the release was made.
    month = release / PARQUET / HISTORY_MART / f"{day:%Y-%m}.parquet"
    if not month.is_file():
        return day, False
    with warehouse.opened(":memory:") as connection:
        row = connection.execute(
            "select is_final from read_parquet(?) where score_date = ? limit 1",
            [glob.escape(str(month)), day],
        ).fetchone()
    return day, bool(row and row[0])


def clean_unfinished(published: Path) -> list[str]:
    """Remove what a crashed run left: half-built releases, links that were never put in place."""
    removed = []
    for folder in (published / "releases").glob(f"{_UNFINISHED}*"):
        shutil.rmtree(folder)
        removed.append(folder.name)
    for link in published.glob(".link-*"):
        link.unlink()
        removed.append(link.name)
    return removed


def drop_earlier(published: Path) -> None:
    """Remove every release but the current one."""
    _prune(published, keep=1)


def _unused_name(releases: Path, run_id: str) -> str:
    """The run's name, with a number after it when the run has published before.

    Numbers go on after the last one, though an earlier one may be free again: the newest releases
    are known by their names.
    """
    of_the_run = re.compile(rf"{re.escape(run_id)}(?:-(\d+))?")
    found = [of_the_run.fullmatch(path.name) for path in releases.iterdir()]
    numbers = [int(match[1] or 1) for match in found if match]
    return f"{run_id}-{max(numbers) + 1:02}" if numbers else run_id


def _fill(building: Path, working_file: Path, last: Path | None, contents: Contents) -> None:
    """Write the DuckDB file, the Parquet files and the manifest into the folder."""
    with warehouse.opened(building / DATABASE, storage=warehouse.ANYBODYS) as connection:
        warehouse.attach(connection, working_file, "working")
        origins = {mart: f'working.marts."{mart}"' for mart in contents.marts}
        has_history = origins.pop(HISTORY_MART, None) is not None
        if not contents.is_latest and last is not None:
            warehouse.attach(connection, last / DATABASE, "last")
            origins = {name: f'last.main."{name}"' for name in _marts_of(connection, "last")}
            origins[AS_OF_MART] = f'working.marts."{AS_OF_MART}"'
        row_counts = {}
        for mart, origin in sorted(origins.items()):
            connection.execute(f'create table main."{mart}" as from {origin}')
            folder = building / PARQUET / mart
            folder.mkdir(mode=warehouse.FOLDER_MODE, parents=True)
            target = str(folder / f"{mart}.parquet").replace("'", "''")
            connection.execute(f"copy main.\"{mart}\" to '{target}' (format parquet)")
            counted = connection.table(f'main."{mart}"').count("*").fetchone()
            row_counts[mart] = counted[0] if counted else 0
        months: dict[str, str] = {}
        if not contents.is_latest and last is not None:
            months = _link_history(building, last)
        elif has_history:
            months = _write_history(connection, building, last)
        if months:
            row_counts[HISTORY_MART] = _history_rows(connection, building)
        manifest = _describe(connection, contents, row_counts, months)
        _write_manifest_table(connection, manifest)
        connection.execute("detach working")
        connection.execute("checkpoint")
    (building / MANIFEST).write_text(
        json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _marts_of(connection: Any, database: str) -> list[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'main' "
        "and table_name <> 'manifest' order by table_name",
        [database],
    ).fetchall()
    return [name for (name,) in rows]


def _write_history(connection: Any, building: Path, last: Path | None) -> dict[str, str]:
    """Write a file for each month of history; of a month without a change link the last one's.

    The hash of a row is hashed again: hashes of rows are made by exclusive or, so that the same
    change in an even number of rows, such as another `run_id`, would cancel itself out.
    """
    rows = connection.execute(
        "select strftime(score_date, '%Y-%m') as month, "
        "count(*) || '-' || printf('%x', bit_xor(hash(hash(history)))) "
        "from working.marts.lead_score_history as history group by month order by month"
    ).fetchall()
    before = _months(last)
    folder = building / PARQUET / HISTORY_MART
    for month, digest in rows:
        folder.mkdir(mode=warehouse.FOLDER_MODE, parents=True, exist_ok=True)
        file = folder / f"{month}.parquet"
        if last is not None and before.get(month) == digest:
            os.link(last / PARQUET / HISTORY_MART / file.name, file)
        else:
            target = str(file).replace("'", "''")
            connection.execute(
                "copy (from working.marts.lead_score_history "
                f"where strftime(score_date, '%Y-%m') = '{month}' "
                f"order by score_date, lead_id, model_version) to '{target}' (format parquet)"
            )
    return dict(rows)


def _link_history(building: Path, last: Path) -> dict[str, str]:
    """Bring the last release's history along as it is."""
    months = _months(last)
    folder = building / PARQUET / HISTORY_MART
    for month in months:
        folder.mkdir(mode=warehouse.FOLDER_MODE, parents=True, exist_ok=True)
        os.link(last / PARQUET / HISTORY_MART / f"{month}.parquet", folder / f"{month}.parquet")
    return months


def _months(folder: Path | None) -> dict[str, str]:
    """The digest of each month of history in a release."""
    if folder is None:
        return {}
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("history_months", {})


def _history_rows(connection: Any, building: Path) -> int:
    folder = building / PARQUET / HISTORY_MART
    files = [glob.escape(str(file)) for file in folder.glob("*.parquet")]
    counted = connection.read_parquet(files).count("*").fetchone()
    return counted[0] if counted else 0


def _add_history_view(release: Path) -> None:
    """Let the release's DuckDB file read history; a view needs the place where the files stay."""
    folder = release.resolve() / PARQUET / HISTORY_MART
    if not any(folder.glob("*.parquet")):
        return
    files = f"{glob.escape(str(folder))}/*.parquet".replace("'", "''")
    with warehouse.opened(release / DATABASE) as connection:
        connection.execute(
            f"create view main.{HISTORY_MART} as select * from read_parquet('{files}')"  # noqa: S608
        )
        connection.execute("checkpoint")


def _describe(
    connection: Any,
    contents: Contents,
    row_counts: Mapping[str, int],
    history_months: Mapping[str, str],
) -> Manifest:
    shown_date = contents.score_date.isoformat()
    hashes: dict[str, str] = {}
    if "lead_scores_by_model" in row_counts:
        rows = connection.execute(
            "select model_version, max(weights_hash) from main.lead_scores_by_model "
            "group by model_version order by model_version"
        ).fetchall()
        hashes = {version: weights for version, weights in rows if weights is not None}
    if not contents.is_latest:
        row = connection.execute("select max(score_date) from main.lead_scores").fetchone()
        if row and row[0]:
            shown_date = row[0].isoformat()
    return Manifest(
        run_id=contents.run_id,
        score_date=shown_date,
        scored_date=contents.score_date.isoformat(),
        published_at=contents.published_at,
        weights_hash=hashes,
        row_counts=dict(row_counts),
        checks={status: list(names) for status, names in contents.checks.items()},
        accepted=list(contents.accepted),
        history_months=dict(history_months),
    )


def _write_manifest_table(connection: Any, manifest: Manifest) -> None:
    connection.execute(
        "create table main.manifest (run_id varchar, score_date date, scored_date date, "
        "published_at timestamp, weights_hash json, row_counts json, checks json, accepted json, "
        "history_months json)"
    )
    values = [
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for value in asdict(manifest).values()
    ]
    connection.execute("insert into main.manifest values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def _write_to_disk(folder: Path) -> None:
    """Set modes and force every file and folder to disk, the deepest first."""
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(place, name)
            warehouse.restrict(path)
            with open(path, "rb") as handle:
                os.fsync(handle.fileno())
        warehouse.restrict(Path(place))
        _sync_folder(Path(place))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _switch(published: Path, release: Path) -> None:
    """Point `current` at the release by one rename, after making sure of the stable links."""
    for name in _STABLE_LINKS:
        target = Path("current") / name
        link = published / name
        if not (link.is_symlink() and Path(os.readlink(link)) == target):
            _replace_link(link, target)
    _replace_link(published / "current", Path("releases") / release.name)
    _sync_folder(published)


def _check_places(published: Path) -> None:
    """Raise ConfigurationError when something that is not ours stands where a link belongs."""
    for name in ("current", *_STABLE_LINKS):
        link = published / name
        if link.exists() and not link.is_symlink():
            raise unusable(
                str(link),
                "this place is needed for a link to what is published",
                "Move what is there elsewhere, or set LEAD_SCORING_PUBLISHED",
            )


def _replace_link(link: Path, target: Path) -> None:
    fresh = link.with_name(f".link-{link.name}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    fresh.symlink_to(target)
    os.replace(fresh, link)


def _prune(published: Path, keep: int = KEPT_RELEASES) -> None:
    """Keep the newest releases; the current one is never dropped, whatever its name.

    What is no release is left alone, and keeps no place of one.
    """
    kept = current(published)
    releases = sorted(
        (p.parent for p in (published / "releases").glob(f"[!.]*/{MANIFEST}")),
        key=lambda path: path.name,
        reverse=True,
    )
    older = [path for path in releases if path.resolve() != kept]
    for release in older[keep - 1 :]:
        # Whoever dies in between leaves a folder that is known to be unfinished.
        dropped = release.with_name(f"{_UNFINISHED}{release.name}")
        os.rename(release, dropped)
        shutil.rmtree(dropped)
