"""What stands in the properties of models is true of the relations that a run built."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from conftest import ScoredProject

from orchestration import warehouse

# Keys that stand for texts, as a query of key and content. A key that stood for two contents would
# give one person's points to another; that the recipe leaves no column out is what can go wrong.
HASH_KEYS = {
    "event_key": (
        "select event_key, source_system || ' ' || event_id from staging.stg_custom__events"
    ),
    "identity_key": (
        "select identity_key, concat_ws('|', source_system, coalesce(record_id, '-'), "
        "coalesce(normalized_email, '-'), coalesce(anonymous_id, '-')) "
        "from staging.stg_custom__events"
    ),
    "content_key": (
        "select content_key, concat_ws('|', coalesce(activity_type, '-'), coalesce(asset, '-')) "
        "from staging.stg_custom__events"
    ),
    "kind_key": (
        "select kind_key, concat_ws('|', coalesce(activity_type, '-'), coalesce(asset, '-'), "
        "is_personalized) from intermediate.int_landed_events"
    ),
    "user_agent_key": "select user_agent_key, user_agent from intermediate.int_landed_events",
    "signature_key": (
        "select signature_key, concat_ws('|', coalesce(activity_type, '-'), coalesce(asset, '-'), "
        "is_personalized, is_automated) from intermediate.int_activity_signatures"
    ),
    "profile_signature_key": (
        "select profile_signature_key, profile_key || ' ' || signature_key "
        "from intermediate.int_profile_rules"
    ),
}


@pytest.fixture(scope="module")
def models(scored_project: ScoredProject) -> list[dict[str, Any]]:
    manifest = json.loads((scored_project.project_dir / "target" / "manifest.json").read_text())
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        and node["config"]["materialized"] != "ephemeral"
    ]


@pytest.fixture(scope="module")
def connection(scored_project: ScoredProject) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = warehouse.connect(scored_project.warehouse, read_only=True)
    yield opened
    opened.close()


def columns(connection: duckdb.DuckDBPyConnection, only_required: bool) -> set[str]:
    return {
        f"{schema}.{table}.{column}"
        for schema, table, column, is_nullable in connection.execute(
            "select schema_name, table_name, column_name, is_nullable from duckdb_columns()"
        ).fetchall()
        if not (only_required and is_nullable)
    }


def test_every_column_that_was_built_is_described_and_no_other(
    models: list[dict[str, Any]], connection: duckdb.DuckDBPyConnection
) -> None:
    relations = {f"{node['schema']}.{node['name']}" for node in models}
    described = {f"{n['schema']}.{n['name']}.{column}" for n in models for column in n["columns"]}
    built = {name for name in columns(connection, False) if name.rpartition(".")[0] in relations}
    assert sorted(built - described) == []
    assert sorted(described - built) == []


def test_columns_of_marts_that_are_never_empty_are_enforced(
    models: list[dict[str, Any]], connection: duckdb.DuckDBPyConnection
) -> None:
    promised = {
        f"{node['schema']}.{node['name']}.{column['name']}"
        for node in models
        for column in node["columns"].values()
        if "not_null" in [constraint["type"] for constraint in column["constraints"]]
    }
    assert promised
    assert sorted(promised - columns(connection, True)) == []


@pytest.mark.parametrize("key", HASH_KEYS)
def test_every_hash_key_stands_for_one_content(
    key: str, connection: duckdb.DuckDBPyConnection
) -> None:
    shared = connection.execute(
        f"select key, list(distinct content) from ({HASH_KEYS[key]}) as pairs (key, content) "
        "group by key having count(distinct content) > 1"
    ).fetchall()
    assert shared == []
    assert connection.execute(f"select count(*) > 1 from ({HASH_KEYS[key]})").fetchone() == (True,)
