"""Habits of the dbt project that a reader relies on, each checked over the parsed manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, copy_project

from orchestration import dbt
from orchestration.settings import Settings

ALLOWED_REFS = {
    "staging": set(),
    "intermediate": {"staging", "intermediate", "seeds"},
    "marts": {"intermediate", "marts", "seeds"},
}
ALLOWED_SOURCES = {
    "staging": {"raw_custom"},
    "intermediate": {"control"},
    "marts": {"control"},
}
MOST_LINES = 160
MOST_REFS = 7
LONGER_BECAUSE = {
    "int_contributions": "each kind of row spells out the same columns",
    "int_intake_statuses": "it is the one list of what can become of a row, table by table",
    "int_lead_conditions": "each operator of the contract is a join of its own",
}
MORE_REFS_BECAUSE = {
    "int_intake_statuses": "it counts every table that is landed",
    "int_quarantine": "it gathers from every table that is landed",
    "int_landed_rows": "it counts every table that is landed",
    "int_weights_hashes": "it reads every scoring seed",
    "int_model_scores": "it puts together what people read of a score",
}
# 0, 1: identities; 2, 6: roundings of the contract; 60: seconds a minute; 100: the scale and per
# cent; 3: how many gains are told; 18 and 38: widths of decimals; 0.5: the base of a half-life;
# 1000000: the most days that dates can go back; 10: a line break.
CONSTANTS_IN_SCORING = {
    "0",
    "1",
    "2",
    "3",
    "6",
    "10",
    "18",
    "38",
    "60",
    "100",
    "0.5",
    "1.0",
    "0.0",
    "1000000",
}
CLOCKS = re.compile(
    r"\b(current_date|current_timestamp|now\s*\(|today\s*\(|get_current_timestamp)", re.IGNORECASE
)
CLEVER_JINJA = re.compile(r"run_query|adapter\.|\bgraph\b|\bexecute\b|{%-?\s*(for|if|set)\b")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    project = copy_project(tmp_path_factory.mktemp("conventions") / "project")
    return dbt.load_manifest(Settings.from_environment(project, {}))


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }


def room(node: dict[str, Any]) -> str:
    return "seeds" if node["resource_type"] == "seed" else node["fqn"][1]


def parents(manifest: dict[str, Any], node: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    where = manifest["sources"] if kind == "source" else manifest["nodes"]
    for name in node["depends_on"]["nodes"]:
        if name.startswith(f"{kind}."):
            yield where[name]


def code(node: dict[str, Any]) -> str:
    """The model's SQL without comments."""
    text = (REPOSITORY / node["original_file_path"]).read_text(encoding="utf-8")
    return re.sub(r"--[^\n]*", "", text)


def test_each_room_reads_only_from_the_rooms_before_it(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]]
) -> None:
    wrong = [
        f"{name} reads {parent['name']}"
        for name, node in models.items()
        for kind in ("model", "seed")
        for parent in parents(manifest, node, kind)
        if room(parent) not in ALLOWED_REFS[room(node)]
    ]
    wrong += [
        f"{name} reads {parent['source_name']}.{parent['name']}"
        for name, node in models.items()
        for parent in parents(manifest, node, "source")
        if parent["source_name"] not in ALLOWED_SOURCES[room(node)]
    ]
    assert wrong == []


def test_a_models_name_says_its_room(models: dict[str, dict[str, Any]]) -> None:
    wrong = [
        name
        for name, node in models.items()
        if (room(node) == "staging" and not name.startswith(f"stg_{node['fqn'][2]}__"))
        or (room(node) == "intermediate" and not name.startswith("int_"))
        or (room(node) == "marts" and name.startswith(("int_", "stg_")))
        or Path(node["original_file_path"]).stem != name
    ]
    assert wrong == []


def test_every_model_seed_source_and_column_is_described(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]]
) -> None:
    nodes = [
        *models.values(),
        *(node for node in manifest["nodes"].values() if node["resource_type"] == "seed"),
        *manifest["sources"].values(),
    ]
    silent = [node["name"] for node in nodes if not node["description"].strip()]
    silent += [
        f"{node['name']}.{column['name']}"
        for node in nodes
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert silent == []
    assert [name for name, node in models.items() if not node["columns"]] == []


def test_every_mart_has_a_contract_an_owner_a_type_for_each_column_and_an_exposure(
    manifest: dict[str, Any], models: dict[str, dict[str, Any]]
) -> None:
    marts = {name: node for name, node in models.items() if room(node) == "marts"}
    exposed = {
        name.split(".")[-1]
        for exposure in manifest["exposures"].values()
        for name in exposure["depends_on"]["nodes"]
    }
    assert [name for name, node in marts.items() if not node["contract"]["enforced"]] == []
    assert [name for name, node in marts.items() if not node["group"]] == []
    assert [
        f"{name}.{column['name']}"
        for name, node in marts.items()
        for column in node["columns"].values()
        if not column["data_type"]
    ] == []
    assert set(marts) == exposed


def test_every_seed_types_and_describes_all_of_its_columns(manifest: dict[str, Any]) -> None:
    wrong = []
    for node in manifest["nodes"].values():
        if node["resource_type"] == "seed":
            path = REPOSITORY / node["original_file_path"]
            header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
            if set(header) != set(node["config"]["column_types"]) or set(header) != set(
                node["columns"]
            ):
                wrong.append(node["name"])
    assert wrong == []


def test_every_seed_has_a_test(manifest: dict[str, Any]) -> None:
    seeds = {name for name, node in manifest["nodes"].items() if node["resource_type"] == "seed"}
    tested = {
        name
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for name in node["depends_on"]["nodes"]
    }
    assert sorted(seeds - tested) == []


def test_models_are_short_and_read_from_few(models: dict[str, dict[str, Any]]) -> None:
    long = {
        name: lines
        for name, node in models.items()
        if (lines := code(node).count("\n")) > MOST_LINES and name not in LONGER_BECAUSE
    }
    busy = {
        name: len(node["refs"])
        for name, node in models.items()
        if len(node["refs"]) > MOST_REFS and name not in MORE_REFS_BECAUSE
    }
    assert (long, busy) == ({}, {})


def test_no_model_reads_the_wall_clock(models: dict[str, dict[str, Any]]) -> None:
    assert [name for name, node in models.items() if CLOCKS.search(code(node))] == []


def test_models_have_no_clever_jinja(models: dict[str, dict[str, Any]]) -> None:
    assert [name for name, node in models.items() if CLEVER_JINJA.search(code(node))] == []


def test_points_weights_and_thresholds_never_stand_in_scoring_sql(
    models: dict[str, dict[str, Any]],
) -> None:
    found = {
        name: numbers
        for name, node in models.items()
        if node["fqn"][1:3] in (["intermediate", "scoring"], ["marts", "scores"])
        and (
            numbers := set(
                re.findall(r"(?<![\w.'-])\d+(?:\.\d+)?(?![\w'-])", _without_texts(code(node)))
            )
            - CONSTANTS_IN_SCORING
        )
    }
    assert found == {}


def test_every_row_number_has_an_order(models: dict[str, dict[str, Any]]) -> None:
    wrong = [
        name
        for name, node in models.items()
        for window in re.findall(r"row_number\(\)\s*over\s*\((.{0,300})", code(node), re.DOTALL)
        if "order by" not in window
    ]
    assert wrong == []


def test_every_macro_has_a_file_of_its_own_name() -> None:
    wrong = [
        path.name
        for path in (REPOSITORY / "macros").glob("*.sql")
        if re.findall(r"{%-?\s*macro\s+(\w+)", path.read_text(encoding="utf-8")) != [path.stem]
    ]
    assert wrong == []


def test_personal_columns_of_marts_are_tagged(models: dict[str, dict[str, Any]]) -> None:
    personal = {"email", "first_name", "last_name", "row"}
    untagged = [
        f"{name}.{column['name']}"
        for name, node in models.items()
        if room(node) == "marts"
        for column in node["columns"].values()
        if column["name"] in personal and not column["config"]["meta"].get("contains_pii")
    ]
    assert untagged == []


def _without_texts(sql: str) -> str:
    return re.sub(r"'[^']*'", "''", sql)
