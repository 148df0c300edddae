"""The fingerprint of a model version changes exactly when one of its seed rows changes."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from conftest import copy_project

from orchestration import control, dbt, warehouse
from orchestration.ingestion.intake import run_intake
from orchestration.settings import Settings


def weights_hashes(project: Path) -> dict[str, str]:
    """Load the seeds of a project and return each model version's fingerprint."""
    settings = Settings.from_environment(project, {})
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        run_intake(connection, settings)
    dbt.build(settings, ("+int_weights_hashes",))
    with duckdb.connect(settings.warehouse, read_only=True) as connection:
        return dict(
            connection.execute(
                "select model_version, weights_hash from intermediate.int_weights_hashes"
            ).fetchall()
        )


def edit(path: Path, model_version: str, column: str, value: str) -> None:
    """Change one cell of the first row of a model version."""
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    next(row for row in rows if row["model_version"] == model_version)[column] = value
    write(path, rows)


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("weights") / "project")


def test_only_an_edited_models_hash_changes_and_the_order_of_rows_does_not_matter(
    project: Path,
) -> None:
    before = weights_hashes(project)
    rules = project / "seeds" / "scoring" / "fit_rules.csv"

    with open(rules, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    write(rules, rows[::-1])
    assert weights_hashes(project) == before

    edit(rules, "b2b_v2", "points", "3.25")
    after = weights_hashes(project)
    changed = {version for version in before if before[version] != after[version]}
    assert changed == {"b2b_v2"}
