"""A project whose runs are disturbed, what its readers see, and what an undisturbed run makes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from conftest import clean_environment

from orchestration.publishing import release

MARTS = {
    "lead_scores": "",
    "lead_scores_by_model": "",
    "lead_score_contributions": "",
    "account_scores": "",
    "dim_leads": "",
    "lead_members": "",
    "intake_counts": "",
    "quarantine": "exclude (row)",
    "lead_score_history": "exclude (run_id, scored_at)",
    "lead_tier_changes": "",
    "weights_history": "exclude (first_run_id)",
    "lead_id_changes": "",
    "lead_texts": "",
    "lead_journeys": "",
    "engagement_trends": "",
    "attribute_fill_rates": "",
}
"""Marts that are compared, but for what names the run or the folder of the project."""
SCORE = ("-c", "from orchestration.cli import main; main()", "score", "--json", "--again")


@dataclass
class Disturbed:
    """A project to score for a day, in processes of their own."""

    folder: Path
    day: date

    @property
    def working_file(self) -> Path:
        return self.folder / "warehouse" / "lead_scoring.duckdb"

    @property
    def published(self) -> Path:
        return self.folder / "published"

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    def start(self, *before: str, **variables: str) -> subprocess.Popen[str]:
        """Start a run; `before` is a command that starts it in its turn."""
        command = [*before, sys.executable, *SCORE, "--date", str(self.day)]
        return subprocess.Popen(
            [*command, "--project-dir", str(self.folder)],
            env={**clean_environment(), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def score(self, *before: str, **variables: str) -> tuple[int, str]:
        """Run to the end; return the exit code and all that was said to people."""
        process = self.start(*before, **variables)
        _, said = process.communicate(timeout=500)
        return process.returncode, " ".join(said.split())

    def kill_within(self, title: str, seconds: float, whole_group: bool) -> bool:
        """Start a run, kill it so long after the step before `title` ended; say if it was alive."""
        process = self.start()
        assert process.stderr is not None
        if title:
            for line in process.stderr:
                if title in line:
                    break
        time.sleep(seconds)
        was_alive = process.poll() is None
        if was_alive:
            (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        return was_alive

    def release(self) -> Path | None:
        return release.current(self.published)

    def rename_release(self, run_id: str) -> Path:
        """Have the current release as if a run of another time had published it."""
        before = release.current(self.published)
        assert before is not None
        with duckdb.connect(str(before / release.DATABASE)) as connection:
            connection.execute("update manifest set run_id = ?", [run_id])
        manifest = before / release.MANIFEST
        manifest.write_text(manifest.read_text().replace(before.name, run_id))
        after = before.rename(before.with_name(run_id))
        (self.published / "current").unlink()
        (self.published / "current").symlink_to(Path("releases") / run_id)
        return after

    def step_seconds(self) -> dict[str, float]:
        """How long each step of the last run took."""
        with duckdb.connect(str(self.working_file), read_only=True) as connection:
            return dict(connection.execute("select step, seconds from control.steps").fetchall())


def assert_is_whole(folder: Path) -> None:
    """Every mart of a release is there in both forms, with the rows that its manifest promises."""
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["run_id"] == folder.name
    with duckdb.connect(str(folder / "lead_scoring.duckdb"), read_only=True) as connection:
        assert connection.execute("select run_id from manifest").fetchall() == [(folder.name,)]
        for mart, rows in manifest["row_counts"].items():
            files = folder / "parquet" / mart / "*.parquet"
            for origin in (f'main."{mart}"', f"'{files}'"):
                counted = connection.execute(f"select count(*) from {origin}").fetchone()
                assert counted == (rows,), f"{mart} in {folder}"


def differences(expected: Path, actual: Path) -> dict[str, list[tuple]]:
    """The rows of each mart that only one of two releases has, scores to nine places."""
    found = {}
    for mart, exclude in MARTS.items():
        one, other = (
            f"select {_rounded(folder, mart, exclude)} "
            f"from read_parquet('{folder}/parquet/{mart}/*.parquet')"
            for folder in (expected, actual)
        )
        rows = duckdb.sql(
            f"(select 'missing', * from ({one} except all {other})) "
            f"union all (select 'not expected', * from ({other} except all {one})) limit 5"
        ).fetchall()
        if rows:
            found[mart] = rows
    return found


def _rounded(folder: Path, mart: str, exclude: str) -> str:
    """All columns; sums differ in their last bits by the order in which they were added."""
    described = duckdb.sql(
        f"describe select * {exclude} from read_parquet('{folder}/parquet/{mart}/*.parquet')"
    ).fetchall()
    return ", ".join(
        f'round("{name}", 9) as "{name}"' if kind == "DOUBLE" else f'"{name}"'
        for name, kind, *_ in described
    )
