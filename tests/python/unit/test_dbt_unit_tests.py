"""The unit tests that stand beside the models, run for real on an empty warehouse."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import clean_environment

from orchestration import control, warehouse
from orchestration.ingestion.intake import run_intake
from orchestration.settings import Settings

MODELS_WITH_RULES = {
    "int_lead_conditions",
    "int_fit_points",
    "int_rule_units",
    "int_engagement_points",
    "int_group_points",
    "int_scores",
    "int_score_bands",
    "int_contributions",
    "int_top_reasons",
}


def dbt(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the dbt of this environment on a project copy."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *arguments, "--profiles-dir", str(project)],
        cwd=project,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )


@pytest.fixture
def empty_project(fresh_project: Path) -> Path:
    """A project whose relations exist and are empty: what dbt's unit tests need."""
    settings = Settings.from_environment(fresh_project, {})
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        run_intake(connection, settings)
    for step in (("seed",), ("run", "--empty")):
        result = dbt(fresh_project, *step)
        assert result.returncode == 0, result.stdout
    return fresh_project


def test_every_dbt_unit_test_passes_and_the_rules_have_some(empty_project: Path) -> None:
    result = dbt(empty_project, "test", "--select", "test_type:unit")
    assert result.returncode == 0, result.stdout

    manifest = json.loads((empty_project / "target" / "manifest.json").read_text())
    outcomes = json.loads((empty_project / "target" / "run_results.json").read_text())["results"]
    assert len(outcomes) == len(manifest["unit_tests"]) > 0
    tested = {unit_test["model"] for unit_test in manifest["unit_tests"].values()}
    assert tested >= MODELS_WITH_RULES
