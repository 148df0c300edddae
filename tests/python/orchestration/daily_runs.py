"""One project that is run day after day in this process, and its marts compared row by row."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import OWN_TABLES, copy_project, copy_warehouse_with_views, without_data_tests

from orchestration import control, dbt, pipeline, warehouse
from orchestration.pipeline import BuildStep
from orchestration.publishing import release
from orchestration.settings import Settings

Row = dict[str, Any]
Marts = dict[str, list[Row]]

TOLERANCE = 1e-9
KEYS = {
    "lead_scores": ("lead_id",),
    "lead_scores_by_model": ("lead_id", "model_version"),
    "lead_score_contributions": (
        *("lead_id", "model_version", "kind", "dimension", "rule_group", "rule_id"),
    ),
    "account_scores": ("account_id",),
    "dim_leads": ("lead_id",),
    "lead_members": ("lead_id", "source_system", "source_record_id"),
    "lead_texts": ("source_system", "source_table", "event_id"),
    "intake_counts": ("source_system", "source_table"),
    "quarantine": ("source_system", "source_table", "row_id"),
    "unjoined_identifiers": ("identifier_type", "identifier_value", "reason"),
    "platform_scores": ("source_system", "source_record_id", "score_name"),
    "attribute_fill_rates": ("attribute", "source_system", "owner"),
    "engagement_trends": ("level", "id"),
    "lead_journeys": ("lead_id", "stage_number"),
}
FATES = (*("activities", "duplicates", "quarantined", "waiting", "future", "voided", "erased"),)
ONLY_EVENTS = ("+intake_counts,fqn:intermediate", "fqn:intermediate.activities")


@dataclass
class Workshop:
    """A dbt project with its landing folder and its warehouse, all of which tests may change.

    Places stay the same for all tests of a module: dbt then parses the project once.
    """

    settings: Settings
    views_of: str = OWN_TABLES
    with_data_tests: bool = False
    after_intake: Callable[[], None] = lambda: None
    snapshots: Path = field(init=False)
    _seeds_as_delivered: str = field(init=False)
    _loaded_seeds: str = field(init=False)

    def __post_init__(self) -> None:
        self.snapshots = self.settings.project_dir.parent / "snapshots"
        self._seeds_as_delivered = self._loaded_seeds = self._seeds_now()

    @classmethod
    def in_folder(cls, folder: Path, views_of: str = OWN_TABLES) -> Workshop:
        project = copy_project(folder / "project", views_of=views_of)
        return cls(Settings.from_environment(project, {}), views_of)

    @property
    def events(self) -> Path:
        return self.settings.landing / "custom" / "events"

    def seed(self, name: str) -> Path:
        return self.settings.project_dir / "seeds" / f"{name}.csv"

    # --- runs ---------------------------------------------------------------------------------

    def run(self, day: date) -> set[str]:
        """Score a day as the job does, without gates and publish; return the files to be read."""
        is_new, now = not self.settings.warehouse.exists(), self._seeds_now()
        pipeline.intake(self.settings, day)
        pending = self.pending_files()
        self.after_intake()
        if is_new or self._loaded_seeds != now:
            self.build("raw")
            self._loaded_seeds = now
        self.build("scores")
        self.build("monitoring")
        return pending

    def publish(self) -> Path:
        """Publish what the last run built, as if its gates had let it through."""
        with warehouse.opened(self.settings.warehouse) as connection:
            run = control.the_run(connection)
        contents = release.Contents(
            run_id=run.run_id,
            score_date=run.score_date,
            is_latest=run.is_latest,
            published_at=datetime.now(UTC).isoformat(),
            marts=pipeline.mart_names(dbt.load_manifest(self.settings)),
            checks={},
            accepted=(),
        )
        return release.publish(self.settings.warehouse, self.settings.published, contents)

    def count(self, day: date) -> set[str]:
        """Like `run`, but as far as what became of events: a third of the models."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(pipeline.SELECTIONS, "scores", ONLY_EVENTS)
            patch.setattr(pipeline, "EARLIER_DAY_SELECTION", ONLY_EVENTS)
            return self.run(day)

    def build(self, step: BuildStep) -> None:
        with self._without_what_is_tested_elsewhere():
            pipeline.build(self.settings, step).raise_for_failures()

    def _seeds_now(self) -> str:
        return dbt.fingerprint(self.settings, with_seeds=True)

    @contextmanager
    def _without_what_is_tested_elsewhere(self) -> Iterator[None]:
        """Leave out advice about rules and, mostly, data tests."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pipeline, "_lint", lambda connection: [])
            if not self.with_data_tests:
                patch.setattr(dbt, "build", without_data_tests(dbt.build))
            yield

    def pending_files(self) -> set[str]:
        """The files, such as `events/a.parquet`, whose events the run at hand reads."""
        rows = self.rows(
            "select files.source_table || '/' || files.file from control.pending_files as pending "
            "inner join control.intake_files as files on pending.file_key = files.file_key"
        )
        return {file for (file,) in rows}

    # --- what a run left ----------------------------------------------------------------------

    def rows(self, query: str) -> list[tuple]:
        with warehouse.opened(self.settings.warehouse, read_only=True) as connection:
            return connection.execute(query).fetchall()

    def dicts(self, query: str) -> list[Row]:
        with warehouse.opened(self.settings.warehouse, read_only=True) as connection:
            return warehouse.dicts(connection, query)

    def execute(self, statement: str) -> None:
        with warehouse.opened(self.settings.warehouse) as connection:
            connection.execute(statement)

    def marts(self) -> Marts:
        marts: Marts = {}
        with warehouse.opened(self.settings.warehouse, read_only=True) as connection:
            for mart in KEYS:
                marts[mart] = warehouse.dicts(connection, f"select * from marts.{mart}")
        return marts

    def events_by_fate(self) -> dict[str, int]:
        """What became of landed events, without zeros; their sum is what landed."""
        columns = ", ".join(FATES)
        [[raw, *numbers]] = self.rows(
            f"select raw, {columns} from marts.intake_counts where source_table = 'events'"
        )
        assert raw == sum(numbers), f"{raw} landed events became {numbers} {FATES}"
        return {fate: number for fate, number in zip(FATES, numbers, strict=True) if number}

    def activities(self) -> dict[str, int]:
        """How many activities each lead has."""
        rows = self.rows(
            "select leads.lead_id, sum(owners.activities)::bigint "
            "from intermediate.int_identity_owners as owners "
            "inner join intermediate.int_leads as leads on owners.lead_key = leads.lead_key "
            "where owners.activities > 0 group by all"
        )
        return dict(rows)

    def visits(self) -> dict[str, float]:
        """On how many days each lead visited the site, as its score has it."""
        rows = self.rows(
            "select lead_id, units from marts.lead_score_contributions "
            "where model_version = 'b2b_v1' and rule_id = 'site_visits'"
        )
        return dict(rows)

    def marts_of_an_empty_warehouse(self, day: date) -> Marts:
        """What one run makes of the landing folder as it is; the warehouse at hand is kept."""
        kept, aside = self.settings.warehouse.parent, self.snapshots / "aside"
        loaded = self._loaded_seeds
        self.snapshots.mkdir(exist_ok=True)
        kept.rename(aside)
        try:
            self.run(day)
            return self.marts()
        finally:
            shutil.rmtree(kept, ignore_errors=True)
            aside.rename(kept)
            self._loaded_seeds = loaded

    def counts_of_an_empty_warehouse(self, day: date) -> tuple[dict[str, int], dict[str, int]]:
        """Activities and fates of one run on what is landed; the warehouse at hand is lost."""
        shutil.rmtree(self.settings.warehouse.parent)
        self.count(day)
        return self.activities(), self.events_by_fate()

    def with_landing(self, folder: Path) -> Workshop:
        return Workshop(replace(self.settings, landing=folder), self.views_of)

    # --- state --------------------------------------------------------------------------------

    @property
    def seeds(self) -> Path:
        return self.settings.project_dir / "seeds"

    def clear(self) -> None:
        """Leave no landed file, an empty warehouse and nothing published."""
        for folder in (self.settings.landing, self.settings.published):
            shutil.rmtree(folder, ignore_errors=True)
        self.empty_warehouse()

    def empty_warehouse(self) -> None:
        """Begin with a working file that has views and not a row of data."""
        shutil.rmtree(self.settings.warehouse.parent, ignore_errors=True)
        copy_warehouse_with_views(self.settings.warehouse.parent, self.views_of)
        self._loaded_seeds = self._seeds_as_delivered

    def save_seeds(self) -> None:
        shutil.copytree(self.seeds, self.snapshots / "seeds")

    def restore_seeds(self) -> None:
        shutil.rmtree(self.seeds)
        shutil.copytree(self.snapshots / "seeds", self.seeds)

    def save(self, name: str) -> None:
        """Keep what is landed and built, with the seeds as they were delivered."""
        for folder in (self.settings.landing, self.settings.warehouse.parent):
            shutil.copytree(folder, self.snapshots / name / folder.name)

    def restore(self, name: str) -> None:
        """Put back what was saved, with the times of files, by which intake knows them."""
        shutil.rmtree(self.settings.published, ignore_errors=True)
        for folder in (self.settings.landing, self.settings.warehouse.parent):
            shutil.rmtree(folder)
            shutil.copytree(self.snapshots / name / folder.name, folder)
        self.restore_seeds()
        self._loaded_seeds = self._seeds_as_delivered


def differences(expected: Marts, actual: Marts) -> list[str]:
    """One line for each row that is missing, too many or repeated and each cell that differs."""
    found: list[str] = []
    for mart, key in KEYS.items():
        wanted = _by_key(mart, expected[mart], key, found)
        given = _by_key(mart, actual[mart], key, found)
        for value in sorted(wanted.keys() ^ given.keys(), key=str):
            there = "missing" if value in wanted else "not expected"
            found.append(f"{mart} {value} is {there}: {wanted.get(value) or given.get(value)}")
        for value in sorted(wanted.keys() & given.keys(), key=str):
            columns = dict.fromkeys([*wanted[value], *given[value]])
            for column in columns:
                right = wanted[value].get(column, "no such column")
                is_now = given[value].get(column, "no such column")
                if not _same(right, is_now):
                    found.append(f"{mart} {value}: {column} is {is_now!r}, expected {right!r}")
    return found


def _by_key(mart: str, rows: Iterable[Row], key: tuple[str, ...], found: list[str]) -> dict:
    by_key: dict[tuple, Row] = {}
    for row in rows:
        value = tuple(row[column] for column in key)
        if value in by_key:
            found.append(f"{mart} {value}: more than one row with this key")
        by_key[value] = row
    return by_key


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return abs(left - right) <= TOLERANCE
    return left == right
