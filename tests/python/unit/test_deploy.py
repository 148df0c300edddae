"""What docs/deploy offers is well-formed, closed to the outside, and works where it can be run."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import yaml
from conftest import REPOSITORY, ScoredProject, copy_project, leadscore
from postgres_server import PASSWORD, Server

from orchestration.defs.run_notes import forget

DEPLOY = REPOSITORY / "docs" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
UNITS = sorted(DEPLOY.glob("*.service"))
KNOWN = re.compile(r"\bLEAD_SCORING_[A-Z_]+\b")


def unit(path: Path) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    assert parser.sections() == ["Unit", "Service", "Install"]
    return dict(parser["Service"])


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_command_that_exists_as_a_user_of_its_own(path: Path) -> None:
    service = unit(path)
    command = service["ExecStart"].split()
    assert Path(sys.executable).with_name(Path(command[0]).name).exists()
    words = [word for word in command[1:2] if not word.startswith("-")]
    options = subprocess.run(
        [str(Path(sys.executable).with_name(Path(command[0]).name)), *words, "--help"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert options.returncode == 0, options.stderr
    for option in re.findall(r" (--?[a-z-]+)", service["ExecStart"]):
        assert option in options.stdout
    assert service["User"] == "leadscoring"
    assert service["UMask"] == "0027"


def test_servers_are_reached_from_their_own_machine_only() -> None:
    assert "--host 127.0.0.1" in unit(DEPLOY / "lead-scoring-web.service")["ExecStart"]
    for service in COMPOSE["services"].values():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_compose_file_has_the_form_that_compose_wants() -> None:
    assert set(COMPOSE["services"]) == {"postgres", "daemon", "web"}
    for service in COMPOSE["services"].values():
        assert ("image" in service) != ("build" in service)
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
        named = [volume.split(":")[0] for volume in service["volumes"]]
        assert {name for name in named if not name.startswith(".")} <= set(COMPOSE["volumes"])
        for name in (volume for volume in named if volume.startswith(".")):
            assert (DEPLOY / name).is_file()
        assert all(isinstance(value, str) for value in service["environment"].values())
        if build := service.get("build"):
            assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_each_service_of_the_compose_file_is_asked_whether_it_is_well(service: str) -> None:
    how, program, *arguments = COMPOSE["services"][service]["healthcheck"]["test"]
    assert how == "CMD"
    if program == "dagster-daemon":
        options = [str(Path(sys.executable).with_name(program)), *arguments, "--help"]
        subprocess.run(options, check=True, capture_output=True, timeout=120)
    elif program == "python":
        compile(arguments[1], "healthcheck", "exec")
        [port] = re.findall(r"--port (\d+)", COMPOSE["services"][service]["command"])
        assert f"http://127.0.0.1:{port}/server_info" in arguments[1]
    else:
        assert (service, program) == ("postgres", "pg_isready")


def test_each_variable_of_the_examples_is_one_that_is_read() -> None:
    read = KNOWN.findall(
        "".join(path.read_text() for path in (REPOSITORY / "orchestration").rglob("*.py"))
    )
    for file in ("environment.example", "compose.yaml"):
        used = KNOWN.findall((DEPLOY / file).read_text(encoding="utf-8"))
        assert set(used) <= set(read), file


@dg.asset(check_specs=[dg.AssetCheckSpec("holds", asset="table")])
def table() -> dg.MaterializeResult:
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])


def test_dagster_keeps_its_runs_in_postgres_as_configured_until_they_are_forgotten(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy2(DEPLOY / "dagster.yaml", tmp_path)
    url = f"postgresql+psycopg2://owner:{PASSWORD}@127.0.0.1:{server.port}/postgres"
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", url)
    places = ("runs", "event_logs", "asset_check_executions")

    def noted() -> list[set[str]]:
        return [
            {run for (run,) in server.rows(f"select run_id from {place} where run_id <> ''")}
            for place in places
        ]

    with dg.DagsterInstance.get() as instance:
        old, kept = (dg.materialize([table], instance=instance).run_id for _ in range(2))
        assert noted() == [{old, kept}] * len(places)
        forget(instance, old)
        assert noted() == [{kept}] * len(places)


@pytest.mark.full
def test_a_backup_that_is_restored_into_an_empty_folder_gives_the_same_marts(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    archive = tmp_path / "backup.tar.gz"
    subprocess.run(
        [
            *("tar", "--create", "--gzip", "--file", str(archive)),
            *("-C", str(scored_project.project_dir), "landing", "warehouse", "published"),
        ],
        check=True,
    )
    restored = tmp_path / "restored"
    restored.mkdir()
    subprocess.run(["tar", "--extract", "--file", str(archive), "-C", str(restored)], check=True)
    project = tmp_path / "project"
    copy_project(project)
    result = leadscore(
        *("score", "--date", scored_project.score_date, "--again", "--project-dir", project),
        environment={
            "LEAD_SCORING_LANDING": str(restored / "landing"),
            "LEAD_SCORING_WAREHOUSE": str(restored / "warehouse" / "lead_scoring.duckdb"),
            "LEAD_SCORING_PUBLISHED": str(restored / "published"),
        },
    )
    assert result.returncode == 0, result.stderr
    before, after = scored_project.published / "parquet", restored / "published" / "parquet"
    for mart in sorted(path.name for path in before.iterdir()):
        rows = [duckdb.read_parquet(f"{place}/{mart}/*.parquet") for place in (before, after)]
        assert rows[0].except_(rows[1]).fetchall() == [], mart
        assert rows[1].except_(rows[0]).fetchall() == [], mart
