"""HubSpot's scoring becomes draft rows that score, loses nothing silently, and goes back."""

from __future__ import annotations

import copy
import csv
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import REPOSITORY, leadscore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.errors import ConfigurationError
from orchestration.quality.seeds import validate_seeds
from orchestration.weights import drafts

SCORE = json.loads(
    (REPOSITORY / "tests/python/fixtures/hubspot_score.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("seeds")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return new_project(tmp_path / "project")


def new_project(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(REPOSITORY / "seeds", folder / "seeds")
    shutil.copy2(REPOSITORY / "dbt_project.yml", folder)
    return folder


def saved(project: Path, score: Any) -> Path:
    path = project / "score.json"
    path.write_text(score if isinstance(score, str) else json.dumps(score), encoding="utf-8")
    return path


# --- any configuration of the specification -------------------------------------------------------

points = st.integers(-50, 50) | st.floats(-50, 50).map(lambda number: round(number, 2))
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
words = texts | st.sampled_from(
    ['=HYPERLINK("x")', "a,b", 'say "yes"', "a|b", "Größe", "two\nlines"]
)
properties = st.sampled_from(["jobtitle", "country", "numemployees", "plan_c", "hs_url"])


def all_of(conditions: list) -> dict:
    return {"type": "COMPOSITE", "operator": "AND", "conditions": conditions}


def operation(kind: str, operators: list[str], **fields: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries(
        {
            "operationType": st.just(kind),
            "operator": st.sampled_from(operators),
            "includeObjectsWithNoValueSet": st.booleans(),
            **fields,
        }
    )


operations = st.one_of(
    operation("ALL_PROPERTY", ["IS_KNOWN", "IS_UNKNOWN"]),
    operation("BOOL", ["IS_EQUAL_TO", "IS_NOT_EQUAL_TO"], value=st.booleans()),
    operation("STRING", ["IS_EQUAL_TO", "CONTAINS", "STARTS_WITH", "ENDS_WITH"], value=words),
    operation("MULTISTRING", ["CONTAINS", "IS_EQUAL_TO"], values=st.lists(words, max_size=3)),
    operation("ENUMERATION", ["IS_ANY_OF", "IS_NONE_OF"], values=st.lists(words, max_size=3)),
    operation(
        "NUMBER",
        ["IS_EQUAL_TO", "IS_GREATER_THAN", "IS_LESS_THAN_OR_EQUAL_TO", "IS_NOT_EQUAL_TO"],
        value=points,
    ),
    operation(
        "NUMBER_RANGED", ["IS_BETWEEN"], lowerBound=st.integers(0, 9), upperBound=st.integers(0, 9)
    ),
    operation("ROLLING_DATE_RANGE", ["IS_LESS_THAN_X_DAYS_AGO"], numberOfDays=st.integers(1, 400)),
)
matches = st.lists(st.fixed_dictionaries({"operation": operations, "value": points}), max_size=3)
constant = st.fixed_dictionaries({"type": st.just("CONSTANT"), "value": points})
match = st.fixed_dictionaries(
    {"type": st.just("MATCH"), "property": properties, "matchRules": matches},
    optional={"defaultValue": points},
)
single = st.fixed_dictionaries(
    {"type": st.just("SINGLE"), "property": properties, "operation": operations}
)
composite = st.recursive(
    st.lists(single, min_size=1, max_size=2),
    lambda inner: st.lists(single | inner.map(all_of), min_size=1, max_size=2),
    max_leaves=3,
)


conditional = st.fixed_dictionaries(
    {"type": st.just("CONDITIONAL"), "value": points, "whereCondition": composite.map(all_of)}
)
membership = st.fixed_dictionaries(
    {
        "type": st.just("SEGMENT_MEMBERSHIP"),
        "segmentMembershipRules": st.lists(
            st.fixed_dictionaries(
                {
                    "operation": st.just("HAS_NO_SEGMENT_MEMBERSHIP"),
                    "segmentIds": st.just([1]),
                    "value": points,
                }
            ),
            max_size=2,
        ),
    }
)
events = st.fixed_dictionaries(
    {
        "type": st.just("MULTI_UE"),
        "eventCalculators": st.lists(
            st.fixed_dictionaries(
                {
                    "eventTypeId": st.sampled_from(["4-96000", "4-666440", "6-1"]),
                    "recordCalculation": constant | match,
                },
                optional={
                    "eventTimeframe": st.fixed_dictionaries({"eventFilterOperation": operations}),
                    "eventFrequencyCriteria": st.fixed_dictionaries(
                        {
                            "type": st.just("BETWEEN"),
                            "ranges": st.lists(
                                st.fixed_dictionaries(
                                    {
                                        "type": st.sampled_from(["AT_LEAST", "EXACTLY"]),
                                        "from": st.integers(0, 9),
                                        "value": points,
                                    }
                                ),
                                max_size=2,
                            ),
                        }
                    ),
                },
            ),
            max_size=3,
        ),
    }
)
associations = st.fixed_dictionaries(
    {"type": st.just("ASSOCIATIONS"), "rollupType": st.just("SUM")}
)
calculations = st.recursive(
    st.one_of(constant, match, conditional, membership, events, associations),
    lambda inner: st.fixed_dictionaries(
        {"type": st.just("MULTI"), "calculators": st.lists(inner, max_size=2)}
    ),
    max_leaves=3,
)
rules = st.fixed_dictionaries(
    {
        "id": texts | st.sampled_from(["r1", "r2"]),
        "enabled": st.booleans() | st.just(True),
        "configuration": st.fixed_dictionaries({"calculation": calculations}),
    },
    optional={"minimumValue": points, "maximumValue": points},
)
groups = st.fixed_dictionaries(
    {
        "id": texts,
        "groupName": texts,
        "groupCategory": st.sampled_from(["FIT", "INTENT"]),
        "ruleConfigurations": st.lists(rules, max_size=3),
    },
    optional={
        "minValue": points,
        "maxValue": points,
        "groupDecay": st.fixed_dictionaries(
            {
                "decayIntervalDays": st.integers(1, 90),
                "percentToDecayPerInterval": st.integers(0, 100),
            }
        ),
    },
)
boundaries = st.lists(
    st.fixed_dictionaries({"label": texts, "threshold": st.integers(-5, 200)}), max_size=4
)
categories = st.lists(st.sampled_from(["FIT", "INTENT"]), unique=True)
outputs = st.one_of(
    st.fixed_dictionaries({"outputType": st.just("SCORE"), "categories": categories}),
    st.fixed_dictionaries(
        {
            "outputType": st.just("THRESHOLD"),
            "categories": categories,
            "boundaries": boundaries,
        }
    ),
    st.fixed_dictionaries(
        {
            "outputType": st.just("MATRIX"),
            "boundaries": st.fixed_dictionaries(
                {}, optional={"FIT": boundaries, "INTENT": boundaries}
            ),
        }
    ),
)
scores = st.fixed_dictionaries(
    {
        "name": texts,
        "objectTypeId": st.sampled_from(["0-1", "0-2"]),
        "allowedGroupTypes": categories,
        "groupConfigs": st.lists(groups, max_size=3),
    },
    optional={
        "maxScorePerCategory": st.integers(1, 500),
        "filterConfiguration": st.just({"listFilterType": "INCLUDES", "segmentIds": [1]}),
        "outputConfiguration": st.fixed_dictionaries({"outputs": st.lists(outputs, max_size=3)}),
    },
)


def parts_that_give_points(value: Any, pointer: str = "") -> list[str]:
    """The places of all that gives points of its own, found without the code that is tested."""
    found = []
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += parts_that_give_points(item, f"{pointer}/{number}")
    if not isinstance(value, dict):
        return found
    kind = value.get("type")
    if kind in ("CONSTANT", "CONDITIONAL", "ASSOCIATIONS"):
        return [pointer]
    for name, of in (
        ("matchRules", "MATCH"),
        ("eventCalculators", "MULTI_UE"),
        ("segmentMembershipRules", "SEGMENT_MEMBERSHIP"),
    ):
        if kind == of:
            found += [f"{pointer}/{name}/{number}" for number, _ in enumerate(value[name])]
            return found + (
                [f"{pointer}/defaultValue"] if value.get("defaultValue") is not None else []
            )
    for name, item in value.items():
        found += parts_that_give_points(item, f"{pointer}/{name}")
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(score=scores)
def test_any_configuration_becomes_valid_seeds_loses_nothing_silently_and_goes_back(
    seeds: Path, score: dict[str, Any]
) -> None:
    project = new_project(seeds / "project")
    draft = drafts.draft_of(project, saved(project, score), "imported")
    told = [part.pointer for part in draft.parts]
    for pointer in parts_that_give_points(score["groupConfigs"], "/groupConfigs"):
        assert told.count(pointer) == 1, pointer
    assert all(bool(part.became) != bool(part.reason) for part in draft.parts)

    drafts.add(draft, project)
    errors = [problem for problem in validate_seeds(project) if problem.severity == "error"]
    assert errors == []
    exported = drafts.export(project, project / "score.json", "imported")
    assert exported.configuration == score
    assert (exported.changed, exported.left_out) == ([], [])


# --- one that an administrator would have ---------------------------------------------------------


def test_the_summary_names_each_rule_and_what_could_not_be_expressed(project: Path) -> None:
    result = leadscore(
        *("weights", "import", saved(project, SCORE), "--json", "--project-dir", project)
    )
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["model_version"] == "buying_intent_fit"
    assert told["rows"] == {
        **{"score_models": 1, "score_groups": 2, "fit_rules": 3, "engagement_rules": 3},
        **{"score_tiers": 3, "fit_grades": 2, "engagement_levels": 2},
    }
    assert [part["what"] for part in told["not_expressed"]] == [
        *("who is scored at all", "constant", "event 6-12345", "membership of segments"),
    ]
    rows = list(csv.DictReader((project / "drafts/buying_intent_fit/engagement_rules.csv").open()))
    pricing, opens, forms = rows
    assert (pricing["activity_type"], pricing["asset_operator"], pricing["asset_value"]) == (
        *("page_view", "contains", "/pricing"),
    )
    assert (pricing["max_points"], pricing["window_days"]) == ("20", "90")
    assert (pricing["decay"], pricing["decay_days"]) == ("half_life", "30")
    assert (opens["min_units"], opens["points"]) == ("3", "8")
    assert (forms["activity_type"], forms["points"]) == ("form_submission", "12")


def test_edited_numbers_go_back_and_what_cannot_is_told(project: Path) -> None:
    file = saved(project, SCORE)
    drafts.add(drafts.draft_of(project, file), project)
    rules = project / "seeds/scoring/engagement_rules.csv"
    text = rules.read_text(encoding="utf-8")
    text = text.replace("contains,/pricing,,events,,5,", "contains,/pricing,,events,,7.5,")
    text = "".join(line for line in text.splitlines(True) if ",form submission" not in line)
    rules.write_text(text, encoding="utf-8")
    tiers = project / "seeds/scoring/score_tiers.csv"
    tiers.write_text(
        tiers.read_text(encoding="utf-8").replace(
            "buying_intent_fit,Hot,60", "buying_intent_fit,Hot,55"
        )
        + "buying_intent_fit,Burning,90,,,\n",
        encoding="utf-8",
    )
    exported = drafts.export(project, file, "buying_intent_fit")
    wanted = copy.deepcopy(SCORE)
    calculator = wanted["groupConfigs"][1]["ruleConfigurations"][0]["configuration"]["calculation"]
    calculator["eventCalculators"][0]["recordCalculation"]["matchRules"][0]["value"] = 7.5
    wanted["outputConfiguration"]["outputs"][1]["boundaries"][2]["threshold"] = 110
    assert exported.configuration == wanted
    assert len(exported.changed) == 2
    assert [line.partition(":")[0] for line in exported.left_out] == [
        *("engagement_rules / r5 2", "score_tiers / Burning"),
    ]


def test_a_model_version_and_a_draft_are_never_overwritten_unasked(project: Path) -> None:
    draft = drafts.draft_of(project, saved(project, SCORE))
    drafts.add(draft, project)
    with pytest.raises(ConfigurationError, match="buying_intent_fit already"):
        drafts.add(draft, project)
    drafts.write(draft, project / "drafts")
    with pytest.raises(ConfigurationError, match="--force"):
        drafts.write(draft, project / "drafts")
    drafts.write(draft, project / "drafts", replace=True)


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (lambda s: "{", "score.json", "it is no JSON"),
        (lambda s: "[1]", "score.json", "holds no object"),
        (lambda s: {**s, "name": 5}, "#/name", "is not text"),
        (
            lambda s: {n: v for n, v in s.items() if n != "groupConfigs"},
            "#/",
            "groupConfigs is missing",
        ),
        (
            lambda s: json.dumps(s).replace('"value": 15', '"value": NaN'),
            "/value",
            "no usable number",
        ),
        (
            lambda s: json.dumps(s).replace('"value": 15', '"value": 1e300'),
            "/value",
            "no usable number",
        ),
        (
            lambda s: json.dumps(s).replace('"value": 15', '"value": "many"'),
            "/value",
            "is not a number",
        ),
        (lambda s: json.dumps(s).replace('"MATCH"', '"MAGIC"'), "/type", "no kind of calculation"),
        (lambda s: {**s, "allowedGroupTypes": ["LUCK"]}, "/allowedGroupTypes/0", "no category"),
    ],
)
def test_a_document_that_is_no_configuration_is_told_with_its_place(
    project: Path, change: Any, place: str, message: str
) -> None:
    result = leadscore(
        *("weights", "import", saved(project, change(SCORE)), "--json", "--project-dir", project)
    )
    assert result.returncode == 2
    [problem] = json.loads(result.stdout)["problems"]
    assert place in problem["file"]
    assert message in problem["message"]
    assert problem["remedy"]


@pytest.mark.full
def test_an_imported_model_scores_the_sample(scored_project, tmp_path: Path) -> None:
    project = scored_project.copied_to(tmp_path / "project").project_dir
    drafts.add(drafts.draft_of(project, saved(project, SCORE)), project)
    result = leadscore(
        "score", "--date", scored_project.score_date, "--json", "--project-dir", project
    )
    assert result.returncode == 0, result.stderr
    scores = project / "published/parquet/lead_scores_by_model/*.parquet"
    [(leads, best)] = duckdb.sql(
        f"select count(*), max(score) from '{scores}' where model_version = 'buying_intent_fit'"
    ).fetchall()
    assert leads > 100
    assert best > 5
