"""The published marts agree with the reference on random companies and random rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from compare import differences_of_seed
from conftest import OWN_TABLES, copy_project


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the dbt project, shared by all companies of this module."""
    folder = tmp_path_factory.mktemp("workshop")
    copy_project(folder / "project", views_of=OWN_TABLES)
    return folder


def assert_agreement(seed: int, workshop: Path) -> None:
    found = differences_of_seed(seed, workshop / "project", workshop / "run")
    shown = "\n".join(found[:40])
    assert not found, f"random company {seed}: {len(found)} differences\n{shown}"


def test_scores_of_a_random_company_match_the_reference(workshop: Path) -> None:
    assert_agreement(1, workshop)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 120))
def test_scores_of_many_random_companies_match_the_reference(seed: int, workshop: Path) -> None:
    assert_agreement(seed, workshop)
