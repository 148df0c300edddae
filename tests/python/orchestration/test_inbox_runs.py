"""Whole runs on dropped files: they are counted, quarantined, mended, replayed and scored."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ScoredProject, leadscore
from typer.testing import CliRunner, Result

from orchestration import quarantine
from orchestration.cli import app
from orchestration.settings import Settings

PARTS = ("activities", "duplicates", "quarantined", "waiting", "future", "voided", "erased")
LEADS = """Lead ID;Email;Created At;Employee Count
dropped1;one@dropped.example;2024-01-05;120
;nobody@dropped.example;2024-01-05;5
dropped3;three@dropped.example;2024-01-05;many
"""
EVENTS = """event_id,lead_id,event_type,occurred_at
dropped1,dropped1,page_view,2024-06-01 12:00:00
,dropped1,page_view,2024-06-01 12:00:00
dropped3,dropped1,page_view,once
dropped4,dropped1,page_view,2024-06-02
"""


def drop(project: ScoredProject, table: str, name: str, content: str) -> None:
    path = project.landing / "inbox" / "custom" / table / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    os.utime(path, (1e9, 1e9))


def score(project: ScoredProject) -> dict[str, Any]:
    result = leadscore(
        "score", "--date", project.score_date, "--json", "--project-dir", project.project_dir
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def run(project: ScoredProject, *arguments: str | Path) -> Result:
    return CliRunner().invoke(
        app,
        ["quarantine", *map(str, arguments), "--project-dir", str(project.project_dir)],
    )


def counts(summary: dict[str, Any]) -> dict[str, dict[str, int]]:
    found = {row["source_table"]: row for row in summary["intake"]}
    for row in found.values():
        assert row["raw"] == sum(row[part] for part in PARTS)
    return found


def published(project: ScoredProject, query: str) -> list[tuple]:
    with duckdb.connect(str(project.published / "lead_scoring.duckdb"), read_only=True) as found:
        return found.execute(query).fetchall()


@pytest.mark.full
def test_dropped_rows_are_scored_and_those_that_were_mended_leave_quarantine(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    project = scored_project.copied_to(tmp_path / "project")
    project.warehouse.unlink()  # its ledger has the paths of the other folder
    before = counts(scored_project.summary)
    drop(project, "leads", "leads.csv", LEADS)
    drop(project, "events", "events.csv", EVENTS)
    drop(project, "events", "torn.csv", "event_id\n")
    summary = score(project)
    found = counts(summary)
    for table, raw, bad in (("leads", 3, 2), ("events", 4, 2)):
        assert found[table]["raw"] - before[table]["raw"] == raw
        assert found[table]["quarantined"] - before[table]["quarantined"] == bad
    assert any("torn.csv: quarantined, required column" in said for said in summary["warnings"])
    query = "select file, row_id, reason from quarantine where file like 'inbox/%' order by reason"
    rows = published(project, query)
    assert [reason for _, _, reason in rows][-1].startswith("required column event_type")
    assert sorted(row_id.rpartition(":")[2] for _, row_id, _ in rows[:-1]) == ["3", "3", "4", "4"]

    listed = json.loads(run(project, "list", "--json", "--table", "leads").stdout)
    mine = [item for item in listed["items"] if item["file"].endswith("/leads.csv")]
    assert {(item["line"], item["kind"]) for item in mine} == {(3, "row"), (4, "row")}
    result = run(project, "list", "--export", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    mended = {}
    for table in ("leads", "events"):
        path = tmp_path / "out" / f"custom.{table}.csv"
        with path.open(newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
        assert len(rows) == 2
        for row in rows:
            row["_reason"] = "=mended"
            if table == "leads":
                row |= {"lead_id": row["lead_id"] or "dropped2", "employee_count": "7"}
            else:
                row |= {"event_id": row["event_id"] or "dropped2", "occurred_at": "2024-06-03"}
        with path.open("w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, rows[0], delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
        mended[table] = path
    result = run(project, "replay", *mended.values())
    assert result.exit_code == 0, result.stderr
    for path in (project.landing / "inbox" / "custom").rglob("*.csv"):
        os.utime(path, (1e9, 1e9))
    after = counts(score(project))
    for table in ("leads", "events"):
        assert after[table]["raw"] == found[table]["raw"]
        assert after[table]["quarantined"] == before[table]["quarantined"]
        assert after[table]["activities"] - found[table]["activities"] == 2
    [(file,)] = published(project, "select file from quarantine where file like 'inbox/%'")
    assert file.endswith("/torn.csv")
    assert published(
        project, "select count(*) from lead_members where source_record_id like 'dropped%'"
    ) == [(3,)]
    items = quarantine.find(Settings.from_environment(project.project_dir))
    assert [item.file for item in items if item.line or item.is_whole_file] == [file]


def test_the_list_is_for_people_and_for_machines(
    scored_project: ScoredProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    shown = run(scored_project, "list", "--limit", "3")
    assert shown.exit_code == 0
    assert "whole file" in shown.stdout or "row " in shown.stdout
    assert "rows are in quarantine." in shown.stdout
    assert "The first 3 are shown" in shown.stdout
    said = json.loads(run(scored_project, "list", "--limit", "3", "--json").stdout)
    assert len(said["items"]) == 3
    assert said["total"] > 3
    assert set(said["items"][0]) == {
        "source",
        "table",
        "file",
        "kind",
        "line",
        "row",
        "reason",
        "at",
    }
    assert run(scored_project, "list", "--reason", "no such reason").stdout.startswith("Nothing")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("list", "--table", "evnts"), "there is no table 'evnts'"),
        (("replay",), "no file is named"),
        (("replay", "nothing.csv"), "there is no such file"),
    ],
)
def test_what_cannot_be_used_is_exit_code_2(
    scored_project: ScoredProject, arguments: tuple[str, ...], message: str
) -> None:
    result = run(scored_project, *arguments, "--json")
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert json.loads(result.stdout)["status"] == "unusable"


def test_while_a_run_writes_the_commands_say_so(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    import subprocess
    import sys

    project = scored_project.copied_to(tmp_path / "project")
    script = """
import sys
from pathlib import Path
from orchestration import warehouse
path = Path(sys.argv[1])
with warehouse.writer_lock(path), warehouse.opened(path):
    print("held", flush=True)
    sys.stdin.read()
"""
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(project.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for arguments, message in (
            (("list",), "the working file is open in process"),
            (("replay", "--all"), "another run is writing to this warehouse"),
        ):
            result = run(project, *arguments)
            assert result.exit_code == 2
            assert message in " ".join(result.stderr.split())
    finally:
        holder.communicate(b"")


def test_before_the_first_run_nothing_is_in_quarantine(fresh_project: Path) -> None:
    result = CliRunner().invoke(app, ["quarantine", "list", "--project-dir", str(fresh_project)])
    assert result.exit_code == 0
    assert result.stdout == "Nothing is in quarantine.\n"


def test_a_first_run_without_leads_says_what_became_of_the_dropped_ones(
    fresh_project: Path,
) -> None:
    folder = fresh_project / "landing" / "inbox" / "custom" / "leads"
    folder.mkdir(parents=True)
    (folder / "leads.csv").write_text("email\n", encoding="utf-8")
    os.utime(folder / "leads.csv", (1e9, 1e9))
    checked = CliRunner().invoke(app, ["check", "--project-dir", str(fresh_project)])
    assert "1 files wait" in " ".join(checked.stdout.split())
    result = leadscore("score", "--project-dir", fresh_project)
    assert result.returncode == 2
    assert "leads.csv: quarantined, required column created_at, lead_id" in result.stderr
