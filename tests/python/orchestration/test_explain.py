"""A lead's score is told from 0 to the score, from what is published."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from conftest import ScoredProject
from rich.console import Console
from typer.testing import CliRunner

from orchestration import warehouse
from orchestration.cli import app
from orchestration.errors import ConfigurationError
from orchestration.explain import explain, render
from orchestration.text import bar, signed


@pytest.fixture(scope="module")
def leads(scored_project: ScoredProject) -> list[tuple[str, str, float]]:
    """Every lead's id, e-mail and score, the best first."""
    with warehouse.opened(
        scored_project.published / "lead_scoring.duckdb", read_only=True
    ) as connection:
        return connection.execute(
            "select lead_id, email, score from lead_scores order by score desc, lead_id"
        ).fetchall()


def shown(scored_project: ScoredProject, lead: str) -> str:
    console = Console(width=120, markup=False, highlight=False, color_system=None)
    with console.capture() as capture:
        render(explain(scored_project.published, lead), console)
    return capture.get()


def test_the_waterfall_of_every_lead_ends_at_its_score(
    scored_project: ScoredProject, leads: list[tuple[str, str, float]]
) -> None:
    for lead_id, _, score in leads[::5]:
        explanation = explain(scored_project.published, lead_id)
        running = 0.0
        for row in explanation.rows:
            running += row["points"]
            assert row["running"] == pytest.approx(running, abs=1e-6)
        assert running == pytest.approx(score, abs=1e-6)
        assert explanation.scores["score"] == score


def test_an_e_mail_in_any_case_finds_the_lead(
    scored_project: ScoredProject, leads: list[tuple[str, str, float]]
) -> None:
    lead_id, email, _ = next(lead for lead in leads if lead[1])
    assert explain(scored_project.published, f" {email.upper()} ").lead["lead_id"] == lead_id


def test_the_record_of_a_duplicate_finds_the_lead_that_it_joined(
    scored_project: ScoredProject,
) -> None:
    with warehouse.opened(
        scored_project.published / "lead_scoring.duckdb", read_only=True
    ) as connection:
        record, lead_id = connection.execute(
            "select source_record_id, lead_id from lead_members where source_record_id <> lead_id "
            "order by all limit 1"
        ).fetchone()
    assert explain(scored_project.published, record).lead["lead_id"] == lead_id


def test_a_challenger_explains_its_own_score(
    scored_project: ScoredProject, leads: list[tuple[str, str, float]]
) -> None:
    with warehouse.opened(
        scored_project.published / "lead_scoring.duckdb", read_only=True
    ) as connection:
        version, score = connection.execute(
            "select model_version, score from lead_scores_by_model where lead_id = ? "
            "and role = 'challenger' order by model_version limit 1",
            [leads[0][0]],
        ).fetchone()
    explanation = explain(scored_project.published, leads[0][0], version)
    assert explanation.scores["model_version"] == version
    assert sum(row["points"] for row in explanation.rows) == pytest.approx(score, abs=1e-6)


def test_the_text_shows_each_row_with_its_points_sum_and_bar(
    scored_project: ScoredProject, leads: list[tuple[str, str, float]]
) -> None:
    lead_id, _, score = leads[0]
    explanation = explain(scored_project.published, lead_id)
    text = shown(scored_project, lead_id)
    assert f"{score:.2f} points on {scored_project.score_date}" in text
    assert text.index("Fit") < text.index("Engagement") < text.rindex("Score")
    largest = max(explanation.rows, key=lambda row: row["points"])
    [line] = [line for line in text.splitlines() if largest["description"][:40] in line][:1]
    assert signed(largest["points"]) in line
    assert "█" in line


def test_a_lead_that_nobody_knows_gets_near_ones(
    scored_project: ScoredProject, leads: list[tuple[str, str, float]]
) -> None:
    email = leads[0][1]
    with pytest.raises(ConfigurationError, match="has no published score") as caught:
        explain(scored_project.published, email.replace("@", "@x"))
    assert email in str(caught.value)


def test_a_model_that_nobody_knows_gets_those_in_play(
    scored_project: ScoredProject, leads: list[tuple[str, str, float]]
) -> None:
    with pytest.raises(ConfigurationError, match=r"'b2b_v9' did not score.*Models in play: b2b_v1"):
        explain(scored_project.published, leads[0][0], "b2b_v9")


def test_before_the_first_publish_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing has been published.*leadscore score"):
        explain(tmp_path, "L1")


def test_json_has_the_rows_their_running_sum_and_the_total(
    scored_project: ScoredProject, leads: list[tuple[str, str, float]]
) -> None:
    command = ["explain", leads[0][0], "--json", "--project-dir", str(scored_project.project_dir)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["lead"]["lead_id"] == leads[0][0]
    assert said["total"] == pytest.approx(leads[0][2])
    assert said["rows"][-1]["running"] == said["total"]
    assert {"kind", "dimension", "rule_group", "rule_id", "description", "points"} <= set(
        said["rows"][0]
    )


@pytest.mark.parametrize(
    ("points", "text"),
    [(18.0, "+18"), (-0.5, "−0.5"), (12.345, "+12.35"), (0.0004, "+0.00"), (-10.0, "−10")],
)
def test_points_have_a_sign_and_at_most_two_decimals(points: float, text: str) -> None:
    assert signed(points) == text


def test_a_share_above_nothing_is_always_visible() -> None:
    assert bar(0.0) == ""
    assert bar(0.0001) == "▏"
    assert len(bar(1.0, width=30)) == 30


def test_a_release_of_a_version_without_history_is_explained_all_the_same(
    scored_project: ScoredProject, leads: list[tuple[str, str, float]], tmp_path: Path
) -> None:
    folder = tmp_path / "releases" / "old"
    shutil.copytree(scored_project.published.resolve() / "current", folder)
    (tmp_path / "current").symlink_to(folder)
    with warehouse.opened(folder / "lead_scoring.duckdb") as connection:
        connection.execute("drop view lead_score_history")
        connection.execute("drop table lead_id_changes")
    explanation = explain(tmp_path, leads[0][0])
    assert explanation.scores["score"] == leads[0][2]
    assert explanation.history == []
    with pytest.raises(ConfigurationError, match="no history yet"):
        explain(tmp_path, leads[0][0], start=date(2024, 1, 1))
