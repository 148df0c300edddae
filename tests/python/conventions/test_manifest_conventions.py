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
    "staging": {
        "raw_activecampaign",
        "raw_custom",
        "raw_hubspot",
        "raw_marketo",
        "raw_pardot",
        "raw_salesforce",
        "raw_segment",
        "raw_snowplow",
    },
    "intermediate": {
        "control.run",
        "control.intake_quarantine",
        "control.intake_files",
        "control.pending_files",
        "control.erased_rows",
        "control.source_tables",
        "control.earlier_scores",
        "control.earlier_counted_leads",
        "control.earlier_rule_units",
        "control.published_lead_ids",
        "control.published_members",
        "control.published_names",
    },
    # History takes people who asked out of the earlier scores, too.
    "marts": {"control.run", "control.published_lead_ids", "control.earlier_scores"},
}
MOST_LINES = 150
MOST_REFS = 7
LONGER_BECAUSE = {
    "int_automated_events": "it is the one list of reasons to think of a machine",
    "int_contributions": "each kind of row spells out the same columns",
    "int_engagement_points": "what leads did and what they did not do are told side by side",
    "int_given_attributes": "it spells out every column of a lead, and which source goes first",
    "int_intake_statuses": "it is the one list of what can become of a row, table by table",
    "int_lead_conditions": "each operator of the contract is a join of its own",
    "int_broken_rows": "it lists the broken rows of every source",
    "int_counted_leads": "what leads did up to now and up to the run before is told side by side",
    "int_rule_units": "what is carried on and what changes are told side by side",
    "int_requested_names": "it follows people by their names of today and of all published days",
}
MORE_REFS_BECAUSE = {
    "int_landed_rows": "it counts the tables of every source",
    "int_broken_rows": "it lists the broken rows of every source",
    "int_activecampaign__details": "it reads every table of ActiveCampaign that completes others",
    "int_activecampaign__landed_rows": "it counts every table of ActiveCampaign that is landed",
    "int_hubspot__details": "it reads every table of HubSpot that only completes others",
    "int_hubspot__landed_rows": "it counts every table of HubSpot that is landed",
    "int_marketo__activities": "it lists what people did, a table for each type of activity",
    "int_marketo__details": "it reads every table of Marketo that only completes others",
    "int_marketo__landed_rows": "it counts every table of Marketo that is landed",
    "int_pardot__details": "it reads every table of Pardot that only completes others",
    "int_pardot__landed_rows": "it counts every table of Pardot that is landed",
    "int_salesforce__landed_rows": "it counts every table of Salesforce that is landed",
    "int_intake_statuses": "it counts every table that is landed",
    "int_seed_rows": "it reads every scoring seed",
    "int_source_events": "it unites the events of every source",
}
NAMES_OF_MACROS = re.compile(r"{%-?\s*(?:macro|test|materialization)\s+(\w+)")
NUMBERS_IN_SCORING_BECAUSE = {
    "0": "nothing",
    "0.5": "account_scores: each further lead counts half of the one before, as the contract says",
    "1": "one, the first, and the shares of a whole",
    "2": "scores are rounded to hundredths",
    "3": "three gains are told as reasons",
    "6": "points are rounded to millionths",
    "10": "a line break",
    "18": "the width of a decimal",
    "60": "seconds of a minute",
    "100": "scores go from 0 to 100",
    "1000": "more activities of a lead than units are carried on for",
    "1000000": "more days than the calendar has, more seconds than anything lasts",
}
PROPERTIES = {"groups", "models", "seeds", "sources", "unit_tests"}
KEY_TESTS = {"key", "unique", "unique_combination"}
CLOCKS = re.compile(
    r"\b(current_date|current_timestamp|now\s*\(|today\s*\(|get_current_timestamp)", re.IGNORECASE
)
CLEVER_JINJA = re.compile(
    r"run_query|adapter\.|\bgraph\b|\bexecute\b|{%-?\s*(for|set|if(?! is_incremental\(\) %}))\b"
)


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


def is_enforced(node: dict[str, Any]) -> bool:
    return node["config"]["contract"]["enforced"]


def file_of(node: dict[str, Any]) -> Path:
    return REPOSITORY / node["original_file_path"]


def code(node: dict[str, Any]) -> str:
    """The model's SQL without comments."""
    return re.sub(r"--[^\n]*", "", file_of(node).read_text(encoding="utf-8"))


def numbers_in(node: dict[str, Any]) -> set[str]:
    """Numbers that the model's SQL spells out, texts such as dates left aside."""
    # What a macro is given in quotes is SQL, not a text.
    sql = re.sub(r"{{.*?}}", lambda m: re.sub(r"['\"]", " ", m[0]), code(node), flags=re.DOTALL)
    sql = re.sub(r"'[^']*'", "''", sql)
    return set(re.findall(r"(?<![\w.'-])\d+(?:\.\d+)?(?![\w'-])", sql))


def in_brackets(sql: str, start: int) -> str:
    """The text from just behind an opening bracket to the one that closes it."""
    depth = 1
    for end in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[end], 0)
        if depth == 0:
            return sql[start:end]
    return sql[start:]


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
        if not {parent["source_name"], f"{parent['source_name']}.{parent['name']}"}
        & ALLOWED_SOURCES[room(node)]
    ]
    assert not wrong, "\n".join(wrong)


def test_a_models_name_says_its_room(models: dict[str, dict[str, Any]]) -> None:
    wrong = [
        name
        for name, node in models.items()
        if (room(node) == "staging" and not name.startswith(f"stg_{node['fqn'][2]}__"))
        or (room(node) == "intermediate" and not name.startswith("int_"))
        or (room(node) == "marts" and name.startswith(("int_", "stg_")))
        or Path(node["original_file_path"]).stem != name
    ]
    assert not wrong, "\n".join(wrong)


def test_properties_stand_in_a_file_that_is_named_for_their_folder(
    manifest: dict[str, Any],
) -> None:
    wrong = [
        path.relative_to(REPOSITORY).as_posix()
        for folder in ("models", "seeds")
        for path in (REPOSITORY / folder).rglob("*.y*ml")
        if not re.fullmatch(rf"_\w+__({'|'.join(PROPERTIES)})\.yml", path.name)
    ]
    wrong += [
        f"{node['name']} in {node['patch_path']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        and node["patch_path"].split("://")[1]
        != str(
            Path(node["original_file_path"]).with_name(
                f"_{node['fqn'][-2]}__{node['resource_type']}s.yml"
            )
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_every_doc_block_is_used_and_written_once(manifest: dict[str, Any]) -> None:
    used = set()
    for folder in ("models", "seeds"):
        for path in (REPOSITORY / folder).rglob("*.yml"):
            used |= set(re.findall(r"doc\([\"'](\w+)[\"']\)", path.read_text(encoding="utf-8")))
    ours = [
        block["name"]
        for block in manifest["docs"].values()
        if block["package_name"] == manifest["metadata"]["project_name"]
    ]
    assert sorted(set(ours) - used - {"__overview__"}) == []
    assert sorted(name for name in set(ours) if ours.count(name) > 1) == []


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
    assert not silent, "\n".join(silent)
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
    wrong = [f"{name} has no enforced contract" for name in marts if not is_enforced(marts[name])]
    wrong += [f"{name} has no group" for name, node in marts.items() if not node["group"]]
    wrong += [f"{name} is not public" for name, node in marts.items() if node["access"] != "public"]
    wrong += [f"{name} is in no exposure" for name in marts if name not in exposed]
    wrong += [f"{name} is exposed, but no mart" for name in exposed if name not in marts]
    wrong += [
        f"{name}.{column['name']} has no type"
        for name, node in marts.items()
        for column in node["columns"].values()
        if not column["data_type"]
    ]
    wrong += [
        f"{node['name']} has no owner with an address"
        for node in [*manifest["groups"].values(), *manifest["exposures"].values()]
        if not (node["owner"].get("name") and node["owner"].get("email"))
    ]
    assert not wrong, "\n".join(wrong)


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
    assert not wrong, "\n".join(wrong)


def test_every_seed_has_a_test_of_its_key(manifest: dict[str, Any]) -> None:
    seeds = {name for name, node in manifest["nodes"].items() if node["resource_type"] == "seed"}
    without_key = {"seed.lead_scoring.score_segments"}  # its rows are alternatives, and may repeat
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") in KEY_TESTS
    }
    assert sorted(seeds - tested - without_key) == []


def test_every_dbt_test_of_its_own_file_is_named_for_the_rule_it_states(
    manifest: dict[str, Any],
) -> None:
    wrong = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and not node.get("test_metadata")
        and (node["name"].count("_") < 2 or Path(node["original_file_path"]).stem != node["name"])
    ]
    assert not wrong, "\n".join(wrong)


def test_models_are_short_but_for_those_that_have_a_reason(
    models: dict[str, dict[str, Any]],
) -> None:
    long = {
        name: lines
        for name, node in models.items()
        if (lines := file_of(node).read_text(encoding="utf-8").count("\n")) > MOST_LINES
    }
    assert {name: lines for name, lines in long.items() if name not in LONGER_BECAUSE} == {}
    assert set(LONGER_BECAUSE) - set(long) == set(), "these are short enough by now"


def test_models_read_from_few_but_for_those_that_have_a_reason(
    models: dict[str, dict[str, Any]],
) -> None:
    busy = {
        name: count for name, node in models.items() if (count := len(node["refs"])) > MOST_REFS
    }
    assert {name: count for name, count in busy.items() if name not in MORE_REFS_BECAUSE} == {}
    assert set(MORE_REFS_BECAUSE) - set(busy) == set(), "these read from few by now"


def test_no_model_reads_the_wall_clock(models: dict[str, dict[str, Any]]) -> None:
    assert [name for name, node in models.items() if CLOCKS.search(code(node))] == []


def test_models_have_no_clever_jinja(models: dict[str, dict[str, Any]]) -> None:
    assert [name for name, node in models.items() if CLEVER_JINJA.search(code(node))] == []


def test_points_weights_and_thresholds_never_stand_in_scoring_sql(
    models: dict[str, dict[str, Any]],
) -> None:
    found = {
        name: numbers_in(node)
        for name, node in models.items()
        if node["fqn"][1:3] == ["intermediate", "scoring"] or room(node) == "marts"
    }
    unknown = {
        name: numbers - set(NUMBERS_IN_SCORING_BECAUSE)
        for name, numbers in found.items()
        if numbers - set(NUMBERS_IN_SCORING_BECAUSE)
    }
    assert unknown == {}
    assert set(NUMBERS_IN_SCORING_BECAUSE) - set().union(*found.values()) == set(), "not used"


def test_every_row_number_has_an_order(models: dict[str, dict[str, Any]]) -> None:
    wrong = [
        name
        for name, node in models.items()
        for start in re.finditer(r"\b(?:row_number|first_value)\([^)]*\)\s*over\s*\(", code(node))
        if not re.search(r"\border by\b", in_brackets(code(node), start.end()))
    ]
    assert not wrong, "\n".join(wrong)


def test_every_macro_has_a_file_of_its_own_name() -> None:
    wrong = [
        path.name
        for folder in ("macros", "tests/dbt/generic")
        for path in (REPOSITORY / folder).rglob("*.sql")
        if NAMES_OF_MACROS.findall(path.read_text(encoding="utf-8")) != [path.stem]
    ]
    assert not wrong, "\n".join(wrong)


def test_personal_columns_of_marts_are_tagged(models: dict[str, dict[str, Any]]) -> None:
    personal = {
        *("email", "first_name", "last_name", "job_title", "owner"),
        *("row", "event_text", "identifier_value"),
    }
    untagged = [
        f"{name}.{column['name']}"
        for name, node in models.items()
        if room(node) == "marts"
        for column in node["columns"].values()
        if column["name"] in personal and not column["config"]["meta"].get("contains_pii")
    ]
    assert not untagged, "\n".join(untagged)
