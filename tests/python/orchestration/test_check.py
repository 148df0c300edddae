"""`leadscore check` finds what a run would stumble over, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from conftest import SAMPLE_DAY, ScoredProject
from typer.testing import CliRunner, Result

from orchestration.cli import app


def check(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", "--project-dir", str(project), *arguments])


def everything(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and modification time of every file of a project, compiled Python left out."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture
def landed(fresh_project: Path) -> Path:
    """A fresh project with two leads and an event."""
    for table, rows in {
        "leads": "select 'L' || i as lead_id, 'l' || i || '@a.example' as email, "
        "timestamp '2024-01-01' as created_at from range(2) as t(i)",
        "events": "select 'E1' as event_id, 'L1' as lead_id, 'page_view' as event_type, "
        "timestamp '2024-02-01' as occurred_at",
    }.items():
        folder = fresh_project / "landing" / "custom" / table
        folder.mkdir(parents=True)
        duckdb.connect().execute(f"copy ({rows}) to '{folder}/rows.parquet' (format parquet)")
    return fresh_project


def test_check_changes_no_file_of_the_project(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    project = scored_project.copied_to(tmp_path / "project").project_dir
    before = everything(project)
    result = check(project)
    assert result.exit_code == 0, result.stderr
    assert everything(project) == before


def test_check_works_before_the_first_run_and_creates_nothing(landed: Path) -> None:
    before = everything(landed)
    assert check(landed).exit_code == 0
    assert everything(landed) == before


def test_json_lists_problems_files_and_rows(landed: Path) -> None:
    said = json.loads(check(landed, "--json").stdout)
    assert said["status"] == "ok"
    assert said["rows"]["custom.leads"] == 2
    assert {file["status"] for file in said["files"]} == {"in_place"}


def test_an_attribute_that_nobody_has_is_a_warning_that_names_the_rule(landed: Path) -> None:
    rules = landed / "seeds" / "scoring" / "fit_rules.csv"
    header, first, *_ = rules.read_text(encoding="utf-8").splitlines()
    cells = dict.fromkeys(header.split(","), "")
    model, group = first.split(",")[0], first.split(",")[2]
    cells |= {"model_version": model, "rule_id": "shoe_size_large", "rule_group": group}
    cells |= {"attribute": "shoe_size", "operator": "at_least", "value": "46", "points": "1"}
    with rules.open("a", encoding="utf-8") as handle:
        handle.write(",".join(cells.values()) + "\n")
    result = check(landed, "--json")
    assert result.exit_code == 0
    told = [p for p in json.loads(result.stdout)["problems"] if "shoe_size_large" in p["key"]]
    assert {problem["severity"] for problem in told} == {"warning"}
    assert any("'shoe_size'" in problem["message"] for problem in told)


def test_broken_seeds_and_missing_leads_are_all_told_at_once(fresh_project: Path) -> None:
    models = fresh_project / "seeds" / "scoring" / "score_models.csv"
    models.write_text(models.read_text(encoding="utf-8").replace("champion", "champ"))
    result = check(fresh_project, "--json")
    assert result.exit_code == 2
    problems = json.loads(result.stdout)["problems"]
    assert any(problem["column"] == "role" for problem in problems)
    assert any("there are no leads" in problem["message"] for problem in problems)


def test_a_file_that_is_no_parquet_is_named(landed: Path) -> None:
    broken = landed / "landing" / "custom" / "events" / "broken.parquet"
    broken.write_bytes(b"not parquet")
    result = check(landed, "--json")
    assert result.exit_code == 0
    assert any("broken.parquet" in text for text in json.loads(result.stdout)["intake_warnings"])
    assert SAMPLE_DAY.isoformat() not in result.stdout


def test_the_text_ends_with_a_verdict(landed: Path) -> None:
    assert "can be scored" in check(landed).stdout.splitlines()[-1]
