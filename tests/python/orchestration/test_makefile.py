"""`make` installs once, and writes sample data only where nothing was landed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import REPOSITORY, clean_environment

_NOTES_WHAT_IT_IS_ASKED = '#!/bin/sh\necho "$(basename "$0") $*" >> asked.txt\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose tools only write down what they are asked, installed already."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy2(REPOSITORY / name, tmp_path / name)
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("python", "leadscore"):
        (tools / name).write_text(_NOTES_WHAT_IT_IS_ASKED)
        (tools / name).chmod(0o755)
    (tmp_path / ".venv" / ".installed").touch()
    return tmp_path


def make(checkout: Path, *arguments: str, **variables: str) -> list[str]:
    """Run make; return what the tools were asked."""
    environment = {
        name: value for name, value in clean_environment().items() if not name.startswith("MAKE")
    }
    subprocess.run(["make", *arguments], cwd=checkout, env={**environment, **variables}, check=True)
    asked = checkout / "asked.txt"
    return asked.read_text().splitlines() if asked.exists() else []


def test_a_second_run_installs_nothing(checkout: Path) -> None:
    assert make(checkout, "setup") == []


def test_a_changed_lock_is_installed_with_hashes(checkout: Path) -> None:
    (checkout / "requirements.lock").touch()
    later = (checkout / ".venv" / ".installed").stat().st_mtime + 5
    os.utime(checkout / "requirements.lock", (later, later))
    asked = make(checkout, "setup")
    assert "python -m pip install --quiet --no-deps --require-hashes -r requirements.lock" in asked


def test_sample_data_is_written_when_landing_is_empty(checkout: Path) -> None:
    assert make(checkout, "score") == [
        "python -m orchestration.sample_data --landing landing",
        "leadscore score",
    ]


def test_landed_files_are_scored_as_they_are(checkout: Path) -> None:
    (checkout / "landing" / "custom" / "leads").mkdir(parents=True)
    (checkout / "landing" / "custom" / "leads" / "mine.parquet").touch()
    assert make(checkout, "score") == ["leadscore score"]


def test_a_landing_folder_elsewhere_gets_no_sample(checkout: Path) -> None:
    asked = make(checkout, "score", LEAD_SCORING_LANDING="elsewhere")
    assert asked == ["leadscore score"]


def test_a_lost_python_is_a_clear_message(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    result = subprocess.run(
        ["make", "setup", "PYTHON=python0.0"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "python0.0 is needed: install Python 3.11" in result.stderr


def test_ci_runs_make_test_and_nothing_else() -> None:
    commands = [
        line
        for line in (REPOSITORY / ".ci" / "run").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert commands == [
        "set -euo pipefail",
        'cd "$(dirname "${BASH_SOURCE[0]}")/.."',
        "exec make test",
    ]
