"""The unit tests that stand beside the models, run for real on an empty warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from conftest import OWN_TABLES, REPOSITORY, copy_project

from orchestration import dbt
from orchestration.settings import Settings

MODELS_WITH_RULES = {
    "int_lead_conditions",
    "int_lead_segments",
    "int_rules_in_force",
    "int_fit_points",
    "int_signature_rules",
    "int_rule_parameters",
    "int_counted_leads",
    "int_changing_days",
    "int_rule_days",
    "int_rule_units",
    "int_engagement_points",
    "int_group_points",
    "int_scores",
    "int_disqualified_leads",
    "int_score_bands",
    "int_lead_tiers",
    "int_published_leads",
    "int_earlier_scores",
    "int_score_moves",
    "lead_score_history",
    "lead_tier_changes",
    "int_contributions",
    "int_top_reasons",
    "int_event_deliveries",
    "int_activities",
    "int_identity_owners",
    "int_lead_members",
    "int_merged_leads",
    "int_leads",
    "int_given_attributes",
    "int_intake_statuses",
}


def written_unit_tests() -> list[tuple[Path, dict[str, Any]]]:
    """Every unit test as it stands in the repository, with its file."""
    return [
        (path, unit_test)
        for path in sorted((REPOSITORY / "models").rglob("_*__unit_tests.yml"))
        for unit_test in yaml.safe_load(path.read_text(encoding="utf-8"))["unit_tests"]
    ]


def test_every_dbt_unit_test_runs_and_passes(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        copy_project(tmp_path / "project", views_of=OWN_TABLES), {}
    )
    manifest = dbt._manifest(settings)
    chosen = ["test", "--select", "test_type:unit"]
    results = dbt._invoke(settings, chosen, manifest.deepcopy(), None).result.results
    broken = "\n\n".join(
        f"{result.node.name}\n{result.message}" for result in results if result.status != "pass"
    )
    assert not broken, broken
    assert {result.node.unique_id for result in results} == set(manifest.unit_tests)
    assert len(results) == len(written_unit_tests()) > 40


def test_every_model_that_holds_a_rule_of_the_contract_has_a_unit_test() -> None:
    tested = {unit_test["model"] for _, unit_test in written_unit_tests()}
    assert MODELS_WITH_RULES - tested == set()


def test_a_unit_test_stands_beside_the_model_that_it_tests() -> None:
    misplaced = [
        f"{unit_test['name']} tests {unit_test['model']} from {path.name}"
        for path, unit_test in written_unit_tests()
        if not path.with_name(f"{unit_test['model']}.sql").is_file()
    ]
    assert misplaced == []


def test_no_two_unit_tests_have_one_name() -> None:
    names = [unit_test["name"] for _, unit_test in written_unit_tests()]
    assert sorted(names) == sorted(set(names))
