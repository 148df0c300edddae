"""Style that a tool can check is checked by the tool."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY, clean_environment, copy_project


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment in `folder`."""
    return subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def test_python_is_in_style() -> None:
    result = run(REPOSITORY, "ruff", "check", "--no-cache", ".")
    assert result.returncode == 0, result.stdout


def test_python_is_formatted() -> None:
    result = run(REPOSITORY, "ruff", "format", "--no-cache", "--check", ".")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "places",
    [("models/marts/monitoring",), pytest.param(("models", "tests/dbt"), marks=pytest.mark.full)],
    ids=["monitoring", "everything"],
)
def test_sql_is_in_style(tmp_path: Path, places: tuple[str, ...]) -> None:
    project = copy_project(tmp_path / "project")
    for file in (".sqlfluff", ".sqlfluffignore"):
        shutil.copy2(REPOSITORY / file, project / file)
    result = run(project, "sqlfluff", "lint", "--templater", "dbt", *places)
    assert result.returncode == 0, result.stdout
