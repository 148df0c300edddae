"""dbt runs in this process, on the project that was named, with one manifest."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from conftest import REPOSITORY, ScoredProject

from orchestration import control, dbt, pipeline, warehouse
from orchestration.control import Run
from orchestration.dbt import DbtFailed, NodeResult
from orchestration.errors import BlockedByCheck
from orchestration.settings import Settings

TINY_PROJECT = """
name: tiny
config-version: 2
profile: tiny
flags: {send_anonymous_usage_stats: false}
"""
TINY_PROFILE = """
tiny:
  target: local
  outputs:
    local:
      type: duckdb
      path: "{{ env_var('LEAD_SCORING_WAREHOUSE') }}"
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Settings:
    """A dbt project of one seed, one model and one test that fails."""
    project = tmp_path / "tiny"
    for folder in ("models", "seeds", "tests"):
        (project / folder).mkdir(parents=True)
    (project / "dbt_project.yml").write_text(TINY_PROJECT)
    (project / "profiles.yml").write_text(TINY_PROFILE)
    (project / "seeds" / "weights.csv").write_text("rule,points\na,1\n")
    (project / "models" / "total.sql").write_text(
        "select sum(points) as points from {{ ref('weights') }}"
    )
    (project / "tests" / "points_are_even.sql").write_text(
        "select * from {{ ref('total') }} where points % 2 = 1"
    )
    return Settings.from_environment(project, {})


def total(settings: Settings) -> int:
    with warehouse.opened(settings.warehouse, read_only=True) as connection:
        return connection.execute("select points from main.total").fetchone()[0]


def node(status: str, resource_type: str = "test", name: str = "key") -> NodeResult:
    return NodeResult("x", name, resource_type, f"tests/dbt/{name}.sql", status, 0.1, "why", 3)


def outcome(*results: NodeResult) -> pipeline.BuildOutcome:
    return pipeline.BuildOutcome(Run("r", date(2024, 1, 1), True, ()), "scores", list(results))


def test_a_project_without_target_is_parsed_and_built(tiny: Settings) -> None:
    manifest = dbt.load_manifest(tiny)
    assert "model.tiny.total" in manifest["nodes"]
    seen: list[tuple[str, int, int]] = []
    results = dbt.build(
        tiny, ["resource_type:seed", "total"], listener=lambda *event: seen.append(event)
    )
    assert {(r.name, r.status) for r in results} == {
        ("weights", "success"),
        ("total", "success"),
        ("points_are_even", "fail"),
    }
    assert seen[-1][1:] == (3, 3)
    assert total(tiny) == 1


def test_the_working_file_is_free_after_dbt(tiny: Settings) -> None:
    dbt.build(tiny, ["resource_type:seed"])
    with warehouse.opened(tiny.warehouse) as connection:
        connection.execute("create table mine (x int)")


def test_an_edited_seed_counts_without_a_new_parse(tiny: Settings) -> None:
    dbt.build(tiny, ["resource_type:seed", "total"], full_refresh=True)
    stamp = (tiny.project_dir / "target" / "manifest.json").stat().st_mtime_ns
    (tiny.project_dir / "seeds" / "weights.csv").write_text("rule,points\na,1\nb,4\n")
    dbt.build(tiny, ["resource_type:seed", "total"], full_refresh=True)
    dbt.load_manifest(tiny)
    assert total(tiny) == 5
    assert (tiny.project_dir / "target" / "manifest.json").stat().st_mtime_ns == stamp


def test_another_process_builds_what_was_parsed_without_a_new_parse(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    dbt.load_manifest(tiny)
    monkeypatch.setattr(dbt, "_parsed", {})
    monkeypatch.setattr(dbt, "_parse", lambda settings: pytest.fail("parsed again"))
    dbt.build(tiny, ["resource_type:seed", "total"], full_refresh=True)
    assert total(tiny) == 1


def test_another_process_parses_again_when_what_dbt_keeps_was_written_by_somebody_else(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    dbt.load_manifest(tiny)
    monkeypatch.setattr(dbt, "_parsed", {})
    (tiny.project_dir / "target" / "partial_parse.msgpack").write_bytes(b"something else")
    dbt.build(tiny, ["resource_type:seed", "total"], full_refresh=True)
    assert total(tiny) == 1


def test_a_changed_model_is_parsed_again(tiny: Settings) -> None:
    dbt.load_manifest(tiny)
    (tiny.project_dir / "models" / "twice.sql").write_text("select 2 as points")
    assert "model.tiny.twice" in dbt.load_manifest(tiny)["nodes"]


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_copied_project_loads_its_own_seeds_and_is_parsed_again_only_when_it_changed(
    tiny: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_changed: bool
) -> None:
    dbt.load_manifest(tiny)
    copy = tmp_path / "copy"
    shutil.copytree(tiny.project_dir, copy)
    (copy / "seeds" / "weights.csv").write_text("rule,points\na,100\n")
    if is_changed:
        (copy / "models" / "twice.sql").write_text("select 2 as points")
    else:
        monkeypatch.setattr(dbt, "_parse", lambda settings: pytest.fail("parsed again"))
    settings = Settings.from_environment(copy, {})
    dbt.build(settings, ["resource_type:seed", "total"], full_refresh=True)
    assert total(settings) == 100


def test_a_manifest_that_somebody_else_wrote_is_not_trusted(tiny: Settings) -> None:
    dbt.load_manifest(tiny)
    path = tiny.project_dir / "target" / "manifest.json"
    path.write_text(json.dumps({"nodes": {}}))
    assert "model.tiny.total" in dbt.load_manifest(tiny)["nodes"]


def test_a_project_that_does_not_parse_is_named_with_the_file(tiny: Settings) -> None:
    (tiny.project_dir / "models" / "wrong.sql").write_text("select * from {{ ref('nothing') }}")
    with pytest.raises(DbtFailed, match=r"does not parse: .*wrong"):
        dbt.load_manifest(tiny)


def test_dbt_prints_nothing(tiny: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    dbt.build(tiny, ["resource_type:seed", "total"])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("has_contract", [True, False])
def test_a_table_is_replaced_whole_or_not_at_all_and_nothing_is_left_beside_it(
    tiny: Settings, has_contract: bool
) -> None:
    (tiny.project_dir / "macros").mkdir()
    shutil.copy2(REPOSITORY / "macros" / "table.sql", tiny.project_dir / "macros")
    weights = tiny.project_dir / "seeds" / "weights.csv"
    (tiny.project_dir / "models" / "total.sql").write_text(
        "{{ config(materialized='table') }}\n"
        "select if(points > 5, error('too many'), points) as points from {{ ref('weights') }}"
    )
    if has_contract:
        (tiny.project_dir / "models" / "total.yml").write_text(
            "models: [{name: total, config: {contract: {enforced: true}}, "
            "columns: [{name: points, data_type: integer}]}]"
        )
    dbt.build(tiny, ["resource_type:seed", "total"], full_refresh=True)
    with warehouse.opened(tiny.warehouse) as connection:
        connection.execute("create table main.total__dbt_backup as select 'ann@x.io' as email")

    weights.write_text("rule,points\na,2\n")
    dbt.build(tiny, ["resource_type:seed", "total"], full_refresh=True)
    assert total(tiny) == 2
    with warehouse.opened(tiny.warehouse, read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables() order by all")
        assert tables.fetchall() == [("total",), ("weights",)]

    weights.write_text("rule,points\na,3\nb,9\n")
    results = dbt.build(tiny, ["resource_type:seed", "total"], full_refresh=True)
    assert {r.name: r.status for r in results}["total"] == "error"
    assert total(tiny) == 2


def test_only_failed_tests_stop_a_run_as_checks() -> None:
    with pytest.raises(BlockedByCheck, match=r"key: 3 rows break it; see tests/dbt/key\.sql"):
        outcome(node("fail"), node("success", "model")).raise_for_failures()


def test_a_model_that_cannot_be_built_is_an_internal_error_with_its_file() -> None:
    with pytest.raises(DbtFailed, match=r"model leads \(tests/dbt/leads\.sql\): why"):
        outcome(node("error", "model", "leads"), node("skipped")).raise_for_failures()


def test_a_test_that_warns_stops_nothing() -> None:
    outcome(node("warn"), node("pass"), node("success", "model")).raise_for_failures()


def test_every_seed_of_the_project_is_loaded_as_it_stands(scored_project: ScoredProject) -> None:
    path = scored_project.project_dir / "seeds" / "scoring" / "score_tiers.csv"
    with path.open(encoding="utf-8") as handle:
        rows = len(list(csv.DictReader(handle)))
    with warehouse.opened(scored_project.warehouse, read_only=True) as connection:
        loaded = connection.execute("select count(*) from seeds.score_tiers").fetchone()
    assert loaded == (rows,)


def built(settings: Settings) -> list[str]:
    """Names of what the step `raw` made."""
    return sorted(result.name for result in pipeline.build(settings, "raw").results)


def test_views_and_seeds_are_made_again_only_when_files_changed_or_they_are_gone(
    tiny: Settings,
) -> None:
    staging = tiny.project_dir / "models" / "staging"
    staging.mkdir()
    for name in ("one", "two"):
        (staging / f"{name}.sql").write_text("select * from {{ ref('weights') }}")
    with warehouse.opened(tiny.warehouse) as connection:
        control.prepare(connection)
        control.start(connection, Run("r", date(2024, 1, 1), True, ()))
    everything = ["one", "two", "weights"]
    assert built(tiny) == everything
    assert built(tiny) == []

    (tiny.project_dir / "seeds" / "weights.csv").write_text("rule,points\na,5\n")
    assert built(tiny) == ["weights"]
    (staging / "two.sql").write_text("select points from {{ ref('weights') }}")
    assert built(tiny) == everything
    with warehouse.opened(tiny.warehouse) as connection:
        connection.execute("drop view two")
    assert built(tiny) == everything
    assert built(tiny) == []


def test_a_step_that_broke_makes_its_views_again(tiny: Settings) -> None:
    staging = tiny.project_dir / "models" / "staging"
    staging.mkdir()
    (staging / "one.sql").write_text("select * from {{ ref('weights') }}")
    (staging / "two.sql").write_text("select * from nowhere")
    with warehouse.opened(tiny.warehouse) as connection:
        control.prepare(connection)
        control.start(connection, Run("r", date(2024, 1, 1), True, ()))
    for _ in range(2):
        assert built(tiny) == ["one", "two", "weights"]
