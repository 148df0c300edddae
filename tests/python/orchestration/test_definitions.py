"""What Dagster sees. The snapshot is updated by

    LEAD_SCORING_UPDATE_SNAPSHOTS=1 .venv/bin/pytest tests/python/orchestration/test_definitions.py

Look at its difference before committing: keys are what people's bookmarks and alerts point at.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from conftest import ScoredProject, clean_environment

from orchestration.definitions import build_definitions
from orchestration.ingestion.contracts import SOURCES
from orchestration.quality.catalogue import planned_checks
from orchestration.settings import Settings

SNAPSHOT = Path(__file__).parent / "snapshots" / "assets_and_checks.json"

OFF = set(SOURCES) - {"custom"}

_LOAD = """
import sys, time
from pathlib import Path
import dagster, dagster_dbt
imported = time.process_time()
from orchestration.definitions import build_definitions
from orchestration.settings import Settings
definitions = build_definitions(Settings.from_environment(Path(sys.argv[1])))
definitions.get_repository_def()
loaded = time.process_time() - imported
print(loaded, imported)
"""


def definitions_with(project_dir: Path, *sources: str) -> dg.Definitions:
    environment = {"LEAD_SCORING_SOURCES": ",".join(sources)}
    return build_definitions(Settings.from_environment(project_dir, environment))


@pytest.fixture(scope="module")
def definitions(scored_project: ScoredProject) -> dg.Definitions:
    return definitions_with(scored_project.project_dir, *SOURCES)


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    return [
        spec
        for asset in definitions.assets
        for spec in asset.specs  # type: ignore[union-attr]
    ]


@pytest.fixture(scope="module")
def check_keys(definitions: dg.Definitions) -> list[str]:
    return sorted(
        f"{spec.asset_key.to_user_string()}:{spec.name}"
        for asset in definitions.assets
        for spec in asset.check_specs  # type: ignore[union-attr]
    )


def test_asset_and_check_keys_are_those_of_the_snapshot(
    specs: list[dg.AssetSpec], check_keys: list[str]
) -> None:
    found = {"assets": sorted(spec.key.to_user_string() for spec in specs), "checks": check_keys}
    if os.environ.get("LEAD_SCORING_UPDATE_SNAPSHOTS"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    expected = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert found == expected, "the module's docstring says how to update the snapshot"


def test_what_belongs_to_a_source_that_is_off_is_no_asset_and_nothing_waits_for_it(
    scored_project: ScoredProject, definitions: dg.Definitions
) -> None:
    every = definitions.get_repository_def().asset_graph
    few = definitions_with(scored_project.project_dir, "custom").get_repository_def().asset_graph
    gone = every.get_all_asset_keys() - few.get_all_asset_keys()
    assert gone == {
        key
        for key in every.get_all_asset_keys()
        if any(f"_{source}__" in key.path[-1] or f"raw_{source}" in key.path for source in OFF)
    }
    assert few.get_all_asset_keys() < every.get_all_asset_keys()
    assert few.asset_check_keys < every.asset_check_keys


def test_every_asset_has_a_group_an_owner_a_description_and_kinds(
    specs: list[dg.AssetSpec],
) -> None:
    bare = [
        spec.key.to_user_string()
        for spec in specs
        if not (
            spec.owners
            and spec.kinds
            and spec.group_name not in (None, "default")
            and spec.description
            and not spec.description.startswith("dbt ")
        )
    ]
    assert bare == []


def test_every_planned_check_is_an_asset_check(check_keys: list[str]) -> None:
    names = {key.split(":", 1)[1] for key in check_keys}
    assert {check.name for check in planned_checks()} <= names


def test_every_dbt_test_that_a_run_makes_is_one_asset_check(
    scored_project: ScoredProject, check_keys: list[str]
) -> None:
    manifest = json.loads((scored_project.project_dir / "target" / "manifest.json").read_text())
    names = [key.split(":", 1)[1] for key in check_keys]
    for node in manifest["nodes"].values():
        # Tests of `control.run` alone run with the raw step, none of whose models reads it: they
        # stop a run like all others, but Dagster knows no asset of that step to show them at.
        is_shown = any(
            not parent.startswith("source.") for parent in node["depends_on"].get("nodes", [])
        )
        if node["resource_type"] == "test" and is_shown:
            assert names.count(node["name"]) == 1, node["name"]


def test_scoring_waits_for_the_raw_gate_and_publishing_for_everything(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.get_repository_def().asset_graph
    release = dg.AssetKey(["published", "release"])
    gates = {dg.AssetKey(["quality", "raw_gate"]), dg.AssetKey(["quality", "scores_gate"])}
    assert gates <= graph.get(release).parent_keys
    scores = dg.AssetKey(["marts", "lead_scores"])
    ancestors = dg.AssetSelection.assets(scores).upstream().resolve(graph)
    assert dg.AssetKey(["quality", "raw_gate"]) in ancestors


def test_the_main_job_holds_every_asset(
    definitions: dg.Definitions, specs: list[dg.AssetSpec]
) -> None:
    job = definitions.resolve_job_def("score_leads")
    assert {spec.key for spec in specs} == set(job.asset_layer.executable_asset_keys)


def test_the_main_job_runs_in_one_process(definitions: dg.Definitions) -> None:
    assert definitions.resolve_job_def("score_leads").executor_def.name == "in_process"


def test_the_code_location_loads_in_two_seconds_or_in_less_than_its_imports_take(
    scored_project: ScoredProject,
) -> None:
    def loads_quickly() -> bool:
        result = subprocess.run(
            [sys.executable, "-c", _LOAD, str(scored_project.project_dir)],
            capture_output=True,
            text=True,
            env=clean_environment(),
            check=True,
        )
        loaded, imported = (float(seconds) for seconds in result.stdout.split())
        return loaded < 2.0 or loaded < 0.8 * imported

    # Time of this process on a processor. A slow or shared machine needs more of it for the
    # imports too, which take 2.8 s where the load takes 1.7. The two may be disturbed unlike, so
    # it may try three times.
    assert any(loads_quickly() for _ in range(3))


def test_a_fresh_copy_without_target_is_parsed_first(fresh_project: Path) -> None:
    loaded = build_definitions(Settings.from_environment(fresh_project, {}))
    assert loaded.resolve_job_def("score_leads")
    assert (fresh_project / "target" / "manifest.json").is_file()


def test_definitions_belong_to_the_project_that_is_named(
    scored_project: ScoredProject, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from orchestration import definitions as code_location

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEAD_SCORING_PROJECT_DIR", str(scored_project.project_dir))
    loaded = code_location.defs()
    assert loaded.resolve_job_def("score_leads")
