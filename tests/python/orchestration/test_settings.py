"""Where things are is read from the environment, relative to the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings, switch_telemetry_off


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dbt_project.yml").write_text("name: x\n")
    return tmp_path


def test_defaults_are_folders_of_the_project(project: Path) -> None:
    settings = Settings.from_environment(project, {})
    assert settings.landing == project / "landing"
    assert settings.warehouse == project / "warehouse" / "lead_scoring.duckdb"
    assert settings.published == project / "published"
    assert settings.sources == ("custom",)


def test_relative_places_are_relative_to_the_project_not_to_where_the_command_runs(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    settings = Settings.from_environment(project, {"LEAD_SCORING_LANDING": "in/files"})
    assert settings.landing == project / "in" / "files"


def test_absolute_places_and_the_home_folder_are_kept(project: Path) -> None:
    environment = {"LEAD_SCORING_WAREHOUSE": "/data/w.duckdb", "LEAD_SCORING_PUBLISHED": "~/out"}
    settings = Settings.from_environment(project, environment)
    assert settings.warehouse == Path("/data/w.duckdb")
    assert settings.published == Path.home() / "out"


def test_the_project_may_be_named_by_a_variable(project: Path) -> None:
    settings = Settings.from_environment(None, {"LEAD_SCORING_PROJECT_DIR": str(project)})
    assert settings.project_dir == project


def test_a_folder_without_a_dbt_project_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no dbt project in .*--project-dir"):
        Settings.from_environment(tmp_path, {})


def test_an_unknown_source_is_named_with_the_nearest_and_all_known(project: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"'custm' is not a source.*Did you mean custom.*Known sources"
    ):
        Settings.from_environment(project, {"LEAD_SCORING_SOURCES": "custm"})


def test_sources_are_trimmed_lower_cased_and_counted_once(project: Path) -> None:
    settings = Settings.from_environment(project, {"LEAD_SCORING_SOURCES": " Custom, custom ,"})
    assert settings.sources == ("custom",)


def test_all_sources_may_be_off(project: Path) -> None:
    assert Settings.from_environment(project, {"LEAD_SCORING_SOURCES": ""}).sources == ()


def test_telemetry_is_off_unless_somebody_chose_otherwise() -> None:
    environment = {"GX_ANALYTICS_ENABLED": "true"}
    switch_telemetry_off(environment)
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environment["GX_ANALYTICS_ENABLED"] == "true"


def test_a_folder_from_which_dbt_could_load_no_seed_is_named(tmp_path: Path) -> None:
    project = tmp_path / "it's here"
    project.mkdir()
    (project / "dbt_project.yml").write_text("name: x\n")
    with pytest.raises(ConfigurationError, match="a quote in it"):
        Settings.from_environment(project, {})
