"""The random companies are worth comparing: they reach every fate, kind and operator."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from landing_rows import CONTRACT, read_table
from random_company import write_random_company
from reference import FATES, Scores, score_company

SEEDS = Path(__file__).resolve().parents[3] / "seeds"


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Scores]]:
    results = []
    for seed in range(12):
        folder = tmp_path_factory.mktemp(f"company{seed}")
        company = write_random_company(seed, folder)
        (folder / "reference").symlink_to(SEEDS / "reference")
        results.append((folder, score_company(company.landing, folder, company.score_date)))
    return results


def test_the_same_seed_writes_the_same_company(tmp_path: Path) -> None:
    first = write_random_company(3, tmp_path / "first")
    second = write_random_company(3, tmp_path / "second")
    for table in CONTRACT:
        assert read_table(first.landing, table) == read_table(second.landing, table)
    for path in first.scoring_seeds.glob("*.csv"):
        assert path.read_bytes() == (second.scoring_seeds / path.name).read_bytes()


def test_raw_rows_are_the_sum_of_their_fates(companies) -> None:
    for _, scores in companies:
        for row in scores.intake_counts:
            assert row["raw"] == sum(row[fate] for fate in FATES), row


def test_contributions_sum_to_the_score(companies) -> None:
    for _, scores in companies:
        moved = Counter()
        for row in scores.lead_score_contributions:
            moved[(row["lead_id"], row["model_version"])] += row["points"]
        for row in scores.lead_scores_by_model:
            key = (row["lead_id"], row["model_version"])
            assert moved[key] == pytest.approx(row["score"], abs=1e-6), key


def test_every_fate_of_an_event_and_every_kind_of_row_occurs(companies) -> None:
    fates, kinds = Counter(), Counter()
    for _, scores in companies:
        kinds.update(row["kind"] for row in scores.lead_score_contributions)
        for row in scores.intake_counts:
            if row["source_table"] == "events":
                fates.update({fate: row[fate] for fate in FATES})
    assert all(fates[fate] > 0 for fate in FATES), fates
    limits = {"group_limit", "dimension_limit", "disqualified", "rounding"}
    assert kinds.keys() == {"rule"} | limits


def test_every_operator_measure_and_decay_occurs(companies) -> None:
    used: dict[str, set[str]] = {"operator": set(), "measure": set(), "decay": set()}
    for folder, _ in companies:
        for seed in ("fit_rules", "engagement_rules"):
            with (folder / "scoring" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    for column, values in used.items():
                        values.add(row.get(column) or "")
    words = "equals in contains starts_with has_word at_least at_most between is_empty is_present"
    assert used["operator"] >= set(words.split())
    assert used["measure"] >= {"events", "minutes", "days", "rate", "days_inactive"}
    assert used["decay"] >= {"", "none", "half_life", "linear", "step"}
