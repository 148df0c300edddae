"""The published marts agree with the reference on random companies and random rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from compare import differences_of_seed

PROJECT = Path(__file__).resolve().parents[3]


def assert_agreement(seed: int, folder: Path) -> None:
    found = differences_of_seed(seed, PROJECT, folder)
    shown = "\n".join(found[:40])
    assert not found, f"random company {seed}: {len(found)} differences\n{shown}"


def test_scores_of_a_random_company_match_the_reference(tmp_path: Path) -> None:
    assert_agreement(1, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 120))
def test_scores_of_many_random_companies_match_the_reference(seed: int, tmp_path: Path) -> None:
    assert_agreement(seed, tmp_path)
