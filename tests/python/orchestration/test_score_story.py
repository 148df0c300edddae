"""One project through days, corrections and failures; each chapter is a run of `leadscore score`.

The story is told once for the whole file and recorded; the tests only read the record.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ScoredProject
from typer.testing import CliRunner

from orchestration import warehouse
from orchestration.cli import app
from orchestration.publishing.release import read_manifest

EARLIER_DAY = "2024-05-31"


@dataclass(frozen=True)
class Chapter:
    """How a run ended, and what readers and the working file had afterwards."""

    exit_code: int
    seconds: float
    result: dict[str, Any]
    stderr: str
    current: str
    scores: list[tuple]
    manifest: dict[str, Any]
    steps: list[str]


class Teller:
    """Runs the command on one project and takes notes."""

    def __init__(self, project: ScoredProject) -> None:
        self.project = project

    def run(self, *arguments: str, environment: dict[str, str] | None = None) -> Chapter:
        command = ["score", "--json", "--project-dir", str(self.project.project_dir), *arguments]
        started = time.perf_counter()
        outcome = CliRunner().invoke(app, command, env=environment)
        seconds = time.perf_counter() - started
        result = json.loads(outcome.stdout or "{}")
        return self._chapter(outcome.exit_code, seconds, result, outcome.stderr)

    def look(self) -> Chapter:
        return self._chapter(0, 0, {}, "")

    def policy(self, check: str, severity: str, threshold: str) -> None:
        """Change one row of the policy for checks."""
        path = self.project.project_dir / "seeds" / "quality" / "check_policy.csv"
        rows = list(csv.reader(path.open(encoding="utf-8")))
        for row in rows:
            if row[0] == check:
                row[1:3] = [severity, threshold]
        with path.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(rows)

    def _chapter(
        self, exit_code: int, seconds: float, result: dict[str, Any], stderr: str
    ) -> Chapter:
        published = self.project.published
        with warehouse.opened(published / "lead_scoring.duckdb", read_only=True) as connection:
            scores = connection.execute("select * from lead_scores order by lead_id").fetchall()
        with warehouse.opened(self.project.warehouse, read_only=True) as connection:
            steps = connection.execute(
                "select step from control.steps order by ended_at"
            ).fetchall()
        return Chapter(
            exit_code,
            seconds,
            result,
            stderr,
            os.readlink(published / "current"),
            scores,
            read_manifest(published) or {},
            [step for (step,) in steps],
        )


@pytest.fixture(scope="module")
def story(
    scored_project: ScoredProject, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Chapter]:
    """Tell the whole story; five runs in this process, two of which a check stops."""
    tell = Teller(scored_project.copied_to(tmp_path_factory.mktemp("story") / "project"))
    day = scored_project.score_date.isoformat()
    leads = tell.project.landing / "custom" / "leads"
    told = {"as copied": tell.look()}
    told["unchanged"] = tell.run("--date", day)
    told["earlier day"] = tell.run("--date", EARLIER_DAY)

    tell.policy("lead_scores_volume", "block", "0.05")
    shutil.copytree(leads, leads.with_name("leads_before"))
    _keep_two_thirds(leads)
    told["fewer leads"] = tell.run("--date", day)
    told["accepted"] = tell.run("--date", day, "--accept", "lead_scores_volume")

    tell.policy("raw_leads_volume", "block", "0.2")
    shutil.rmtree(leads)
    leads.with_name("leads_before").rename(leads)
    told["more leads"] = tell.run("--date", day)

    nobody = str(tell.project.project_dir / "nobody")
    told["no leads"] = tell.run("--date", day, environment={"LEAD_SCORING_LANDING": nobody})
    _break(tell.project.project_dir / "seeds" / "scoring" / "fit_rules.csv")
    told["broken seed"] = tell.run("--date", day)
    return told


def _keep_two_thirds(folder: Path) -> None:
    """Rewrite every Parquet file with two of three rows, as a broken load would."""
    connection = duckdb.connect()
    for path in sorted(folder.rglob("*.parquet")):
        connection.execute(
            "create or replace table kept as select * exclude (n) from (select *, row_number() "
            f"over (order by lead_id) as n from read_parquet('{path}')) where n % 3 > 0"
        )
        connection.execute(f"copy kept to '{path}' (format parquet)")


def _break(path: Path) -> None:
    """Misspell an operator and give a number that is none, in the first two rules."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    for number, column, value in ((1, "operator", "equal_to"), (2, "points", "many")):
        cells = next(csv.reader([lines[number]]))
        cells[header.index(column)] = value
        lines[number] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.full
def test_the_same_day_again_publishes_the_same_scores_in_a_new_release(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    tell = Teller(scored_project.copied_to(tmp_path / "project"))
    before = tell.look()
    again = tell.run("--date", scored_project.score_date.isoformat(), "--again")
    assert again.exit_code == 0
    assert again.scores == before.scores
    assert again.current != before.current


def test_an_unchanged_second_run_publishes_nothing_and_takes_a_fraction_of_the_first(
    story, scored_project: ScoredProject
) -> None:
    before, unchanged, first = story["as copied"], story["unchanged"], scored_project.summary
    assert unchanged.exit_code == 0
    assert unchanged.current == before.current
    assert unchanged.manifest == before.manifest
    assert unchanged.result["is_new"] is False
    assert unchanged.result["leads"] == first["leads"]
    assert unchanged.seconds < 0.6 * sum(first["seconds"].values())


def test_the_summary_says_what_happened(story, scored_project: ScoredProject) -> None:
    result = scored_project.summary
    assert result["status"] == "published"
    assert result["score_date"] == scored_project.score_date.isoformat()
    assert result["is_latest"] is True
    assert result["leads"] == len(story["as copied"].scores)
    assert sum(tier["leads"] for tier in result["tiers"]) == result["leads"]
    assert set(result["seconds"]) == {
        *("intake", "raw", "raw_gate", "scores", "scores_gate", "monitoring", "publish"),
    }


def test_an_earlier_day_fills_only_the_as_of_mart(story) -> None:
    before, earlier = story["as copied"], story["earlier day"]
    assert earlier.exit_code == 0
    assert earlier.scores == before.scores
    assert earlier.result["is_latest"] is False
    assert earlier.result["leads"] > 0
    assert earlier.manifest["score_date"] == before.manifest["score_date"]
    assert earlier.manifest["scored_date"] == EARLIER_DAY
    assert earlier.manifest["row_counts"]["lead_scores_as_of"] > 0


def test_a_blocking_check_of_scores_leaves_the_last_good_publish_untouched(story) -> None:
    before, blocked = story["earlier day"], story["fewer leads"]
    assert blocked.exit_code == 1
    assert blocked.current == before.current
    assert blocked.scores == before.scores
    assert "scores" in blocked.steps
    assert "publish" not in blocked.steps


def test_a_blocked_run_says_which_check_failed_on_what_and_how_to_accept_it(story) -> None:
    blocked = story["fewer leads"]
    [failure] = blocked.result["failures"]
    assert failure["name"] == "lead_scores_volume"
    assert failure["table"] == "marts.lead_scores"
    assert failure["can_be_accepted"] is True
    assert "lead_scores_volume" in blocked.stderr
    assert "leadscore score --accept lead_scores_volume" in " ".join(blocked.stderr.split())


def test_an_accepted_check_lets_the_change_through_and_is_recorded(story) -> None:
    accepted = story["accepted"]
    assert accepted.exit_code == 0
    assert len(accepted.scores) < len(story["fewer leads"].scores)
    assert accepted.manifest["accepted"] == ["lead_scores_volume"]
    assert "lead_scores_volume" in accepted.manifest["checks"]["warned"]
    assert accepted.result["accepted"] == ["lead_scores_volume"]


def test_a_blocking_check_of_raw_rows_stops_before_any_score(story) -> None:
    blocked = story["more leads"]
    assert blocked.exit_code == 1
    assert [failure["name"] for failure in blocked.result["failures"]] == ["raw_leads_volume"]
    assert blocked.steps == ["intake", "raw"]
    assert blocked.current == story["accepted"].current


def test_a_landing_folder_without_leads_ends_with_exit_code_2(story) -> None:
    empty = story["no leads"]
    assert empty.exit_code == 2
    assert "nobody/custom/leads" in empty.result["problems"][0]["file"]
    assert "there are no leads to score" in empty.stderr
    assert empty.current == story["accepted"].current


def test_all_problems_of_a_broken_seed_are_listed_before_anything_runs(story) -> None:
    broken = story["broken seed"]
    assert broken.exit_code == 2
    columns = {problem["column"] for problem in broken.result["problems"]}
    assert {"operator", "points"} <= columns
    assert "seeds/scoring/fit_rules.csv" in broken.stderr
    assert "✓" not in broken.stderr
    assert broken.current == story["accepted"].current


def test_each_run_that_published_made_a_release_of_its_own(story) -> None:
    order = [story[name].current for name in ("as copied", "earlier day", "accepted")]
    assert len(set(order)) == 3
