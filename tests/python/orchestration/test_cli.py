"""Exit codes, where output goes, and what is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from conftest import ScoredProject, another_process, clean_environment, leadscore
from typer.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.settings import write_for_owner_and_group

HEAVY = ("dagster", "great_expectations", "dbt", "altair")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_score_prints_json_on_standard_output_and_progress_on_standard_error(
    scored_project: ScoredProject,
) -> None:
    assert scored_project.summary["status"] == "published"
    for title in ("Looking at landed files", "Scoring leads", "Publishing"):
        assert f"✓ {title}" in scored_project.stderr
    assert "\x1b[" not in scored_project.stderr


def test_score_says_where_the_published_files_are(scored_project: ScoredProject) -> None:
    for name in ("duckdb", "parquet", "manifest", "release"):
        assert Path(scored_project.summary["published"][name]).exists()
    assert Path(scored_project.summary["checks_page"]).is_file()


def test_the_ten_best_leads_come_with_reasons(scored_project: ScoredProject) -> None:
    best = scored_project.summary["best"]
    assert len(best) == 10
    assert [row["score"] for row in best] == sorted((row["score"] for row in best), reverse=True)
    assert all(row["top_reasons"] for row in best)


def test_intake_in_the_summary_adds_up(scored_project: ScoredProject) -> None:
    tables = scored_project.summary["intake"]
    assert {row["source_table"] for row in tables} >= {"leads", "events"}
    for row in tables:
        parts = ("activities", "duplicates", "quarantined", "waiting", "future", "voided", "erased")
        assert row["raw"] == sum(row[part] for part in parts)


def test_the_summary_for_people_has_tiers_best_leads_checks_and_what_is_next(
    scored_project: ScoredProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rich.console import Console

    from orchestration import summary_text
    from orchestration.settings import Settings

    monkeypatch.chdir(scored_project.project_dir)
    console = Console(width=120, markup=False, highlight=False, color_system=None)
    with console.capture() as capture:
        summary_text.render(
            scored_project.summary, console, Settings.from_environment(scored_project.project_dir)
        )
    text = capture.get()
    assert f"{scored_project.summary['leads']} leads scored for {scored_project.score_date}" in text
    assert "The best leads and why" in text
    assert f"Checks: {len(scored_project.summary['checks']['passed'])} passed" in text
    assert "published/lead_scoring.duckdb" in text
    assert "leadscore explain" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--date", "soon"), "'soon' is not a day"),
        (("--date", "9999-01-01"), "has not begun"),
        (("--accept", "lead_score_mean"), "Did you mean lead_scores_mean?"),
    ],
)
def test_what_cannot_be_used_is_exit_code_2_with_a_message_and_json(
    fresh_project: Path, arguments: tuple[str, str], message: str
) -> None:
    result = run("score", "--json", "--project-dir", fresh_project, *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    said = json.loads(result.stdout)
    assert said["status"] == "unusable"
    assert said["problems"][0]["severity"] == "error"


def test_an_unknown_source_is_exit_code_2(
    fresh_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAD_SCORING_SOURCES", "hubspott")
    result = run("score", "--project-dir", fresh_project)
    assert result.exit_code == 2
    assert "'hubspott' is not a source" in result.stderr


def test_a_folder_without_a_project_is_exit_code_2(tmp_path: Path) -> None:
    result = run("score", "--project-dir", tmp_path)
    assert result.exit_code == 2
    assert "there is no dbt project" in result.stderr


def test_nothing_that_a_run_writes_can_be_read_by_others(scored_project: ScoredProject) -> None:
    written = [
        path
        for part in ("warehouse", "published", "logs", "target")
        for path in [
            scored_project.project_dir / part,
            *(scored_project.project_dir / part).rglob("*"),
        ]
        if not path.is_symlink()
    ]
    assert len(written) > 100
    # Nor changed by the group.
    assert [path for path in written if path.stat().st_mode & 0o027] == []


def test_a_mask_that_is_stricter_than_ours_stays() -> None:
    before = os.umask(0o077)
    try:
        write_for_owner_and_group()
        assert os.umask(0) == 0o077
        os.umask(0o022)
        write_for_owner_and_group()
        assert os.umask(0) == 0o027
    finally:
        os.umask(before)


def test_a_second_run_at_the_same_time_is_exit_code_2_and_changes_nothing(
    fresh_project: Path,
) -> None:
    script = """
import sys
from pathlib import Path
from orchestration import warehouse
lock = warehouse.writer_lock(Path(sys.argv[1]))
lock.__enter__()
"""
    path = fresh_project / "warehouse" / "lead_scoring.duckdb"
    with another_process(script, path):
        result = run("score", "--project-dir", fresh_project)
    assert result.exit_code == 2
    assert "another run is writing to this warehouse" in " ".join(result.stderr.split())
    assert not path.exists()


@pytest.mark.full
def test_a_range_of_days_is_scored_in_order_and_each_is_kept(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    project = scored_project.copied_to(tmp_path / "project")
    days = [scored_project.score_date + timedelta(days=n) for n in range(3)]
    result = leadscore(
        *("score", "--from", days[1], "--date", days[2], "--json"),
        *("--project-dir", project.project_dir),
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["score_date"] == days[2].isoformat()
    assert result.stderr.index(f"{days[1]}") < result.stderr.index(f"{days[2]}")
    history = f"{project.published}/parquet/lead_score_history/*.parquet"
    kept = duckdb.sql(
        "select score_date, min(earlier_score_date), count(distinct run_id) "
        f"from read_parquet('{history}') group by all order by all"
    ).fetchall()
    assert kept == [(days[0], None, 1), (days[1], days[0], 1), (days[2], days[1], 1)]


def test_an_unknown_option_is_exit_code_2() -> None:
    assert run("score", "--dat", "2024-01-01").exit_code == 2


def test_an_internal_error_is_exit_code_3_in_one_line_with_the_way_to_the_traceback(
    scored_project: ScoredProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration import explain

    def fail(*_: object) -> None:
        raise RuntimeError("the disk\nis on fire")

    monkeypatch.setattr(explain, "explain", fail)
    command = ("explain", "L1", "--json", "--project-dir", scored_project.project_dir)
    result = run(*command)
    assert result.exit_code == 3
    assert "Internal error: RuntimeError: the disk" in result.stderr
    assert "--debug" in result.stderr
    assert "Traceback" not in result.stderr
    assert json.loads(result.stdout) == {"status": "error", "message": "RuntimeError: the disk"}
    again = run(*command, "--debug")
    assert again.exit_code == 3
    assert "Traceback" in again.stderr


def test_help_explain_and_check_do_not_import_heavy_tools(scored_project: ScoredProject) -> None:
    script = f"""
import sys
from typer.testing import CliRunner
from orchestration.cli import app
from orchestration.settings import write_for_owner_and_group
for arguments in (["--help"], ["explain", "nobody"], ["check"]):
    CliRunner().invoke(app, [*arguments, *({["--project-dir", str(scored_project.project_dir)]!r}
                                           if arguments != ["--help"] else [])])
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    result = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=True,
    )
    assert result.stdout.strip() == "[]"


def test_a_source_that_is_off_leaves_nobody_to_score(scored_project: ScoredProject) -> None:
    result = leadscore(
        *("check", "--json", "--project-dir", scored_project.project_dir),
        environment={"LEAD_SCORING_SOURCES": ""},
    )
    assert result.returncode == 2
    [problem] = json.loads(result.stdout)["problems"]
    assert "LEAD_SCORING_SOURCES (now: none)" in problem["remedy"]
