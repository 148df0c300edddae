"""The folder that one size is measured in: events, a copy of the project, scores."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dbt_log import AS_JSON
from benchmarks.shape import DAYS

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
SEEDS = HERE / "seeds" / "scoring"
DATA = HERE / ".data"

_PROJECT = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/dbt")
_MAKERS = ("generate.py", "catalogue.py", "shape.py")


@dataclass(frozen=True)
class Workspace:
    """Where things of one size are, below `folder`."""

    folder: Path
    events: int
    days: int = DAYS

    @classmethod
    def of(cls, events: int, data: Path = DATA, days: int = DAYS) -> Workspace:
        """Return the workspace of so many events a year, of its last days; nothing is made yet."""
        name = f"{events}_events" if days == DAYS else f"{events}_events_last_{days}_days"
        return cls((data / name).resolve(), events, days)

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def next_day(self) -> Path:
        """Where the events of the day after the generated year land."""
        return self.landing / "custom" / "events" / "next_day.parquet"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def dbt_log(self) -> Path:
        return self.project / "logs" / "dbt.log"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse" / "lead_scoring.duckdb"

    @property
    def published(self) -> Path:
        return self.folder / "published"

    def scores_of(self, name: str) -> Path:
        """Where a hand-written program writes its scores."""
        return self.folder / f"scores_{name}.parquet"

    def log_of(self, name: str) -> Path:
        """Where a program's standard error goes."""
        return self.folder / f"{name}.log"

    def environment(self) -> dict[str, str]:
        """The environment for `leadscore` and dbt: this workspace's places and nobody else's."""
        kept = {
            n: v for n, v in os.environ.items() if not n.startswith(("LEAD_SCORING_", "DAGSTER_"))
        }
        return {
            **kept,
            **AS_JSON,
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *_python_path()]),
            "LEAD_SCORING_PROJECT_DIR": str(self.project),
            "LEAD_SCORING_LANDING": str(self.landing),
            "LEAD_SCORING_WAREHOUSE": str(self.warehouse),
            "LEAD_SCORING_PUBLISHED": str(self.published),
            "LEAD_SCORING_SOURCES": "custom",
        }

    def generate(self) -> bool:
        """Make the events unless they are there, made by the present generator; say if made now."""
        made = {"events": self.events, "days": self.days, "generator": _digest_of_makers()}
        note = self.folder / "generated.json"
        if note.is_file() and json.loads(note.read_text(encoding="utf-8")) == made:
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        # In a process of its own: what it needs must not count as memory of what is started later.
        subprocess.run(
            [
                *(sys.executable, "-m", "benchmarks.generate"),
                *("--events", str(self.events), "--days", str(self.days)),
                *("--landing", str(self.landing)),
            ],
            cwd=REPOSITORY,
            check=True,
        )
        note.write_text(json.dumps(made), encoding="utf-8")
        return True

    def copy_project(self) -> None:
        """Copy the dbt project afresh with the benchmark's scoring seeds."""
        shutil.rmtree(self.project, ignore_errors=True)
        copy_project(self.project)
        for seed in sorted(SEEDS.glob("*.csv")):
            shutil.copy2(seed, self.project / "seeds" / "scoring" / seed.name)

    def parse_project(self) -> None:
        """Parse the copy, which a fresh one needs once: that is set-up and is not measured."""
        parse = "from orchestration.settings import Settings\n"
        parse += "from orchestration.dbt import load_manifest\n"
        parse += "load_manifest(Settings.from_environment())"
        subprocess.run(
            [sys.executable, "-c", parse], env=self.environment(), cwd=REPOSITORY, check=True
        )

    def forget_runs(self) -> None:
        """Take away working file, publishes and logs, so that every run begins alike."""
        for folder in (self.warehouse.parent, self.published, self.dbt_log.parent):
            shutil.rmtree(folder, ignore_errors=True)


def _python_path() -> list[str]:
    return [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def _digest_of_makers() -> str:
    digest = hashlib.sha256()
    for name in _MAKERS:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def copy_project(folder: Path) -> Path:
    """Copy the dbt project, and nothing that it made, into a folder; return that."""
    for part in _PROJECT:
        source, target = REPOSITORY / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    return folder
