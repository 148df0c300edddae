"""Projects to test on: fresh copies, and one that is scored once and then only read."""

from __future__ import annotations

import fcntl
import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from postgres_server import Server

# Runs in this process are as fast as those of the command, which sets the same.
gc.set_threshold(100_000, 20, 50)

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE_DAY = date(2024, 6, 30)
PROJECT_PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/dbt")
SCORING_VARIABLES = (
    *("LANDING", "WAREHOUSE", "PUBLISHED", "SOURCES", "PROJECT_DIR", "TARGET", "POSTGRES"),
    *("ALERT_WEBHOOK", "ALERT_SLACK", "ALERT_EMAIL_TO", "ALERT_SMTP", "ALERT_SMTP_STARTTLS"),
    *("ALERT_EMAIL_FROM", "ALERT_SMTP_USER", "ALERT_SMTP_PASSWORD"),
    *("ALERT_SOURCE_HOURS", "ALERT_PUBLISH_HOURS", "ERASURE_KEY"),
)

LONGEST_FILES = (
    # The second worker begins with what does not wait until the first has scored the sample.
    *("test_faults.py", "test_every_day.py", "test_erasure.py", "test_safety.py"),
    *("test_score_story.py", "test_history.py", "test_upgrade.py"),
    *("test_scores_match_reference.py", "test_any_source.py", "test_dbt_unit_tests.py"),
    *("test_benchmark.py", "test_marketing_sources.py", "test_crm_sources.py", "test_style.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes come first, so that no worker waits for another one at the end.

    Long tests have more time: the machine may be slow.
    """
    places = {name: place for place, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))
    for item in items:
        if item.get_closest_marker("full") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(2400))


@dataclass(frozen=True)
class ScoredProject:
    """A copy of the project with a small sample, and what `leadscore score --json` said.

    Shared by all tests of a session: read it, and copy it before changing anything.
    """

    project_dir: Path
    score_date: date
    summary: dict[str, Any]
    stderr: str

    @property
    def landing(self) -> Path:
        return self.project_dir / "landing"

    @property
    def warehouse(self) -> Path:
        return self.project_dir / "warehouse" / "lead_scoring.duckdb"

    @property
    def published(self) -> Path:
        return self.project_dir / "published"

    def copied_to(self, folder: Path) -> ScoredProject:
        """Copy the project with its data and its links; the copy may be changed."""
        shutil.copytree(self.project_dir, folder, symlinks=True)
        return replace(self, project_dir=folder)


OWN_TABLES = "custom"
EVERY_SOURCE = "activecampaign,custom,hubspot,marketo,pardot,salesforce,segment,snowplow"


def copy_project(folder: Path, with_parse: bool = True, views_of: str = "") -> Path:
    """Copy the dbt project without data; `with_parse` as after a first run, for speed alone.

    With `views_of` (sources that are on) there is a working file too, as after a run that had
    nobody to score.
    """
    for part in PROJECT_PARTS:
        source, target = REPOSITORY / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    if with_parse:
        shutil.copytree(_parsed_project() / "target", folder / "target")
    if views_of:
        copy_warehouse_with_views(folder / "warehouse", views_of)
    return folder


def copy_warehouse_with_views(folder: Path, sources: str) -> None:
    """A working file without a row of data, so that a run need not make 250 views first.

    Beside a release it is a new one: what is kept of days comes from there.
    """
    shutil.copytree(_project_with_views(sources) / "warehouse", folder)


def _parsed_project() -> Path:
    """A copy that was parsed once, for all tests and all workers of a session."""
    folder = _shared / "parsed_project"
    with _made_once(folder) as is_missing:
        if is_missing:
            from orchestration import dbt
            from orchestration.settings import Settings

            copy_project(folder, with_parse=False)
            dbt.load_manifest(Settings.from_environment(folder, {}))
    return folder


def _project_with_views(sources: str) -> Path:
    """A copy in which a run found nothing landed, without what that run kept of its day."""
    folder = _shared / f"project_with_views_of_{sources.count(',') + 1}"
    with _made_once(folder) as is_missing:
        if is_missing:
            from orchestration import control, dbt, history, pipeline, warehouse
            from orchestration.ingestion.intake import run_intake
            from orchestration.settings import Settings

            environment = {"LEAD_SCORING_SOURCES": sources}
            settings = Settings.from_environment(copy_project(folder), environment)
            run = control.Run(control.new_run_id(), date(2020, 1, 1), is_latest=True, accepted=())
            with warehouse.opened(settings.warehouse) as connection:
                control.prepare(connection)
                run_intake(connection, settings)
                control.start(connection, run)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(dbt, "build", without_data_tests(dbt.build))
                for step in ("raw", "scores", "monitoring"):
                    pipeline.build(settings, step).raise_for_failures()
            with warehouse.opened(settings.warehouse) as connection:
                for mart in history.KEPT_MARTS:
                    connection.execute(f"delete from marts.{mart}")
    return folder


def without_data_tests(build: Callable[..., Any]) -> Callable[..., Any]:
    """`dbt.build`, but for the data tests: half of the time of a run."""

    def build_models(*arguments: Any, **named: Any) -> Any:
        return build(*arguments, **named | {"exclude": ("resource_type:test",)})

    return build_models


def clean_environment() -> dict[str, str]:
    """The environment without this project's variables, so that a developer's own do not matter."""
    ours = {f"LEAD_SCORING_{name}" for name in SCORING_VARIABLES} | {"DAGSTER_HOME", "FORCE_COLOR"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def leadscore(
    *arguments: str | Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a person does."""
    return subprocess.run(
        [sys.executable, "-c", "from orchestration.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**clean_environment(), **(environment or {})},
        check=False,
        timeout=500,
    )


@contextmanager
def another_process(script: str, *arguments: str | Path) -> Iterator[int]:
    """A process that does something, prints `held` and keeps it until the end; its number."""
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"{script}\nprint('held', flush=True)\ninput()",
            *map(str, arguments),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process.pid
        finally:
            process.communicate("\n")


_shared: Path
"""A folder of the session, for what all of its workers use."""


@pytest.fixture(scope="session", autouse=True)
def _a_folder_for_all_workers(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
    global _shared
    base = tmp_path_factory.getbasetemp()
    _shared = base if worker_id == "master" else base.parent


HOLDS_A_DATABASE = "import duckdb, sys; connection = duckdb.connect(sys.argv[1])"


@pytest.fixture(scope="session")
def scored_project() -> ScoredProject:
    """One sample of 150 leads, scored once for all tests and all workers of a session."""
    folder = _shared / "scored_project"
    said = folder.with_suffix(".json")
    with _made_once(folder) as is_missing:
        if is_missing:
            from orchestration.sample_data import write_sample

            copy_project(folder, with_parse=False)
            write_sample(folder / "landing", SAMPLE_DAY, seed=7, leads=150)
            result = leadscore("score", "--date", SAMPLE_DAY, "--json", "--project-dir", folder)
            assert result.returncode == 0, result.stderr
            said.write_text(json.dumps({"stdout": result.stdout, "stderr": result.stderr}))
    outcome = json.loads(said.read_text())
    return ScoredProject(folder, SAMPLE_DAY, json.loads(outcome["stdout"]), outcome["stderr"])


@pytest.fixture
def fresh_project(tmp_path: Path) -> Path:
    """A copy of the dbt project as a fresh clone has it: no target, no data."""
    return copy_project(tmp_path / "project", with_parse=False)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL server of the module's own."""
    from postgres_server import Server

    server = Server()
    yield server
    server.remove()


def build_source(project: Path, *sources: str) -> Path:
    """Take in what landed for some platforms, build their models alone; return the working file."""
    from orchestration import control, warehouse
    from orchestration.ingestion.intake import run_intake
    from orchestration.settings import Settings

    settings = Settings.from_environment(project, {"LEAD_SCORING_SOURCES": ",".join(sources)})
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        run_intake(connection, settings)
    folders = ("models/staging", "models/intermediate/sources")
    select = [f"path:{folder}/{source}" for folder in folders for source in sources]
    build_models(project, "path:seeds/reference", *select)
    return settings.warehouse


def build_models(project: Path, *select: str, exclude: Sequence[str] = ()) -> None:
    """Have dbt build what is selected, with its tests, in this process; every source is on."""
    from orchestration import dbt
    from orchestration.settings import Settings

    settings = Settings.from_environment(project, {"LEAD_SCORING_SOURCES": EVERY_SOURCE})
    results = dbt.build(settings, select, exclude=exclude)
    assert results
    assert not dbt.describe_failures(results)


def compiled_models(project: Path, *select: str) -> dict[str, str]:
    """The SQL of models by name, as dbt hands it to DuckDB."""
    from orchestration import dbt
    from orchestration.settings import Settings

    settings = Settings.from_environment(project, {})
    manifest = dbt._manifest(settings).deepcopy()
    outcome = dbt._invoke(settings, ["compile", "--select", *select], manifest, None)
    assert outcome.success, outcome.exception
    return {result.node.name: result.node.compiled_code for result in outcome.result.results}


@pytest.fixture(autouse=True)
def no_variables_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this project's variables out of the environment of every test."""
    for name in os.environ.keys() - clean_environment().keys():
        monkeypatch.delenv(name)


@contextmanager
def _made_once(folder: Path) -> Iterator[bool]:
    """Whether a folder that all workers share is still to be made; it is at the end, or never."""
    done = folder.with_suffix(".done")
    with open(folder.with_suffix(".lock"), "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        is_missing = not done.exists()
        if is_missing:
            shutil.rmtree(folder, ignore_errors=True)
        yield is_missing
        done.touch()
