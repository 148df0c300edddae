"""Whether a run would publish what is published already.

A run is made of what has landed, the seeds, the project, this package and the day. While none of
them changed since the last publish, another run would give every reader the same rows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from orchestration import control, warehouse
from orchestration.privacy import register
from orchestration.publishing import release
from orchestration.settings import Settings

_PROJECT = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/dbt")


def inputs(settings: Settings, score_date: date, accept: Sequence[str] = ()) -> str:
    """Return a digest of all that a run for a day is made of.

    Files count by name below their folder, size and time, as intake knows them. Whether the day is
    over counts too, because then its scores become final.
    """
    is_over = datetime.now(UTC).date() >= score_date + timedelta(days=1)
    digest = hashlib.sha256(repr((score_date, is_over, tuple(accept), settings.sources)).encode())
    roots = [settings.landing, Path(__file__).parent, register.file_of(settings)]
    for root in [*roots, *(settings.project_dir / part for part in _PROJECT)]:
        for path in _files(root):
            stat = path.stat()
            name = path.relative_to(root).parts
            digest.update(f"{name!r} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def is_published(settings: Settings, digest: str) -> bool:
    """Whether the last run was made of these inputs and is what readers see now."""
    manifest = release.read_manifest(settings.published)
    if manifest is None or not settings.warehouse.is_file():
        return False
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        run = control.read_run(connection)
        return (
            run is not None
            and run.run_id == manifest["run_id"]
            and control.inputs_of(connection, run) == digest
        )


def note(settings: Settings, digest: str) -> None:
    """Remember what the run that has just published was made of.

    The digest is of the moment before that run: what landed while it ran makes the next one real.
    """
    with warehouse.opened(settings.warehouse) as connection:
        control.note_inputs(connection, control.the_run(connection), digest)


def _files(root: Path) -> list[Path]:
    if root.is_file():
        return [root]
    return sorted(
        Path(place, name)
        for place, _folders, names in os.walk(root)
        if "__pycache__" not in Path(place).parts
        for name in names
    )
