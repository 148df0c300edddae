"""Rules that are valid but cannot mean what they say are named, with what comes nearest."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from seed_files import SeedFiles

from orchestration import warehouse
from orchestration.errors import Problem
from orchestration.ingestion.contracts import CUSTOM, DUCKDB_TYPES
from orchestration.quality.evidence import evidence_of_models
from orchestration.quality.landed_evidence import evidence_of_landing
from orchestration.quality.rules import lint_landed, lint_rules
from orchestration.quality.seed_tables import read_tables

DAY = date(2024, 6, 30)
BEFORE = datetime(2024, 1, 1)


def ago(days: int) -> datetime:
    """Noon of the day that is so many days before the score date."""
    return datetime(DAY.year, DAY.month, DAY.day, 12) - timedelta(days=days)


@dataclass
class Company:
    """Landed rows that suit the valid seeds: every rule fires on someone, none on everyone."""

    leads: list[dict[str, Any]] = field(default_factory=list)
    lead_attributes: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    identities: list[dict[str, Any]] = field(default_factory=list)

    def lead(self, lead_id: str, **cells: Any) -> None:
        self.leads.append(
            {"lead_id": lead_id, "email": f"{lead_id}@acme.example", "created_at": BEFORE} | cells
        )

    def event(self, event_type: str, occurred_at: datetime, **cells: Any) -> None:
        number = len(self.events)
        self.events.append(
            {"event_id": f"e{number}", "event_type": event_type, "occurred_at": occurred_at} | cells
        )

    def land(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the tables that intake would, each row in a file row of its own."""
        connection.execute("create schema if not exists raw_custom")
        for table, contract in CUSTOM.items():
            types = {name: DUCKDB_TYPES[kind] for name, kind in contract.columns.items()}
            types |= {"extra": "json", "_file": "varchar", "_row": "bigint"}
            columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
            connection.execute(f"create or replace table raw_custom.{table} ({columns})")
            for number, row in enumerate(getattr(self, table, [])):
                cells = {"_file": "a.parquet", "_row": number} | row
                connection.execute(
                    f"insert into raw_custom.{table} ({', '.join(cells)}) "
                    f"values ({', '.join('?' * len(cells))})",
                    list(cells.values()),
                )


def usual_company() -> Company:
    """Six leads: two bankers of whom one decides in Germany, two in software, two students."""
    company = Company()
    company.lead("ann", job_title="VP Sales", industry="Software", employee_count=100)
    company.lead("bob", job_title="Director", industry="Banking", country="Germany")
    company.lead("cat", job_title="Clerk", industry="Banking", country="France")
    company.lead("dan", job_title="Engineer", industry="Software", employee_count=5)
    company.lead("eve", job_title="Student", company_domain="uni.example")
    company.lead("fay", job_title="Student")
    for days in (0, 1, 2, 3):
        company.event("page_view", ago(days), lead_id="ann", asset="/pricing/teams")
    company.event("page_view", ago(2), email="BOB@acme.example ", asset="/blog")
    company.event("page_view", ago(5), lead_id="cat", asset="/blog")
    company.event("email_delivered", ago(9), lead_id="dan")
    company.event("email_click", ago(8), lead_id="dan", asset="newsletter")
    return company


@dataclass
class Bench:
    """Seeds, landed rows and a database, to change and then to look over."""

    seeds: SeedFiles
    company: Company
    connection: duckdb.DuckDBPyConnection

    def warnings(self, day: date = DAY) -> list[Problem]:
        assert self.seeds.problems() == [], "a lint needs seeds without errors"
        self.company.land(self.connection)
        return lint_landed(self.connection, self.seeds.project_dir, day)

    def rule(self, name: str, index: int, **cells: str) -> None:
        self.seeds.set(name, index, **cells)

    def everybody(self, **cells: Any) -> None:
        for lead in self.company.leads:
            lead.update(cells)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with warehouse.opened(":memory:") as connection:
        yield Bench(SeedFiles(tmp_path), usual_company(), connection)


@dataclass(frozen=True)
class Case:
    """A change, and the one warning that it earns; texts are parts of message and remedy."""

    name: str
    change: Callable[[Bench], Any]
    file: str
    key: str
    column: str
    message: str
    remedy: str = ""


def cell(
    name: str,
    file: str,
    index: int,
    cells: dict[str, str],
    key: str,
    message: str,
    remedy: str = "",
    column: str = "",
) -> Case:
    """A case that overwrites cells of a seed; the warning is about the first unless said."""
    return Case(
        name,
        lambda bench: bench.rule(file, index, **cells),
        file,
        key,
        column or next(iter(cells)),
        message,
        remedy,
    )


VIP, BANKER, SIZE = "v1 / vip (line 2)", "v1 / vip / banks (line 3)", "v1 / size (line 4)"
PRICING, REGULAR = "v1 / pricing (line 2)", "v1 / regular (line 3)"
CLICKS, QUIET = "v1 / click_rate (line 4)", "v1 / quiet (line 5)"

CASES = [
    # attributes
    cell(
        "a mistyped attribute",
        "fit_rules",
        2,
        {"attribute": "employe_count"},
        SIZE,
        "no lead has an attribute 'employe_count'",
        "Did you mean employee_count? Leads have company_domain, country,",
    ),
    cell(
        "an attribute that is blank for everybody",
        "fit_rules",
        2,
        {"attribute": "annual_revenue"},
        SIZE,
        "no lead has an attribute 'annual_revenue'",
    ),
    cell(
        "a mistyped second attribute",
        "fit_rules",
        1,
        {"and_attribute": "contry"},
        BANKER,
        "no lead has an attribute 'contry'",
        "Did you mean country?",
    ),
    cell(
        "a mistyped attribute that is_empty, so true of everybody",
        "fit_rules",
        2,
        {"attribute": "job_titel", "operator": "is_empty", "value": ""},
        SIZE,
        "no lead has an attribute 'job_titel'",
        "Did you mean job_title?",
    ),
    cell(
        "a mistyped attribute of a disqualification",
        "disqualification_rules",
        0,
        {"attribute": "company_domian"},
        "v1 / rival (line 2)",
        "no lead has an attribute 'company_domian'",
        "Did you mean company_domain?",
    ),
    # values
    cell(
        "a mistyped value",
        "fit_rules",
        0,
        {"operator": "equals", "value": " Studnt", "attribute": "job_title"},
        VIP,
        "no lead has job_title 'Studnt'",
        "Did you mean 'student'?",
        column="value",
    ),
    cell(
        "a slip among values that exist",
        "score_segments",
        0,
        {"value": "Banking|Sofware"},
        "v1 / banks (line 2)",
        "no lead has industry 'Sofware'",
        "Did you mean 'software'?",
    ),
    cell(
        "a value that nobody has",
        "fit_rules",
        0,
        {"operator": "in", "value": "Astronaut"},
        VIP,
        "no lead has job_title 'Astronaut'",
        "Compare the value with those of your leads.",
        column="value",
    ),
    cell(
        "a word that no title has",
        "fit_rules",
        0,
        {"value": "direct|chief"},
        VIP,
        "no lead's job_title satisfies has_word 'direct|chief'",
    ),
    cell(
        "a range that nobody is in",
        "fit_rules",
        2,
        {"value": "500..900"},
        SIZE,
        "no lead's employee_count satisfies between '500..900'",
    ),
    cell(
        "a slip in a disqualification",
        "disqualification_rules",
        0,
        {"attribute": "job_title", "value": "Studen"},
        "v1 / rival (line 2)",
        "no lead has job_title 'Studen'",
        "Did you mean 'student'?",
        column="value",
    ),
    # whom rules fire on
    cell(
        "two conditions that nobody satisfies together",
        "fit_rules",
        1,
        {"and_value": "France"},
        BANKER,
        "the rule gives points to no lead in segment 'banks' on 2024-06-30 (it is for 2)",
        column="value",
    ),
    cell(
        "a rule for everybody",
        "fit_rules",
        2,
        {"attribute": "job_title", "operator": "is_present", "value": ""},
        SIZE,
        "the rule gives points to 6 of 6 leads, so it tells nobody apart",
    ),
    cell(
        "a derived attribute that everybody has",
        "fit_rules",
        2,
        {"attribute": "email_type", "operator": "equals", "value": "business"},
        SIZE,
        "the rule gives points to 6 of 6 leads",
    ),
    cell(
        "a disqualification of most",
        "disqualification_rules",
        0,
        {"operator": "is_empty", "value": ""},
        "v1 / rival (line 2)",
        "the rule disqualifies 5 of 6 leads",
    ),
    cell(
        "a threshold that nobody reaches",
        "engagement_rules",
        1,
        {"min_units": "5"},
        REGULAR,
        "the rule gives points to no lead on 2024-06-30 (it is for 6)",
        "Compare min_units, daily_limit and window_days",
    ),
    Case(
        "a rate that nobody reaches",
        lambda bench: (
            bench.rule("engagement_rules", 2, min_units="0.6"),
            bench.company.event("email_delivered", ago(7), lead_id="dan"),
        ),
        "engagement_rules",
        CLICKS,
        "min_units",
        "the rule gives points to no lead",
    ),
    cell(
        "silence that nobody kept",
        "engagement_rules",
        3,
        {"min_units": "200"},
        QUIET,
        "the rule gives points to no lead",
    ),
    cell(
        "silence that everybody kept",
        "engagement_rules",
        3,
        {"activity_type": "email_click", "min_units": "8"},
        QUIET,
        "the rule gives points to 6 of 6 leads",
    ),
    Case(
        "a window that ends before the latest match",
        lambda bench: (
            bench.rule("engagement_rules", 2, activity_type="page_view", asset_operator="equals"),
            bench.rule("engagement_rules", 2, asset_value="/old", window_days="30"),
            bench.company.event("page_view", ago(31), lead_id="dan", asset="/old"),
        ),
        "engagement_rules",
        CLICKS,
        "min_units",
        "the rule gives points to no lead",
    ),
    Case(
        "a decay that leaves nothing",
        lambda bench: (
            bench.rule("engagement_rules", 0, asset_value="/old", decay="linear", decay_days="20"),
            bench.company.event("page_view", ago(20), lead_id="dan", asset="/old"),
        ),
        "engagement_rules",
        PRICING,
        "activity_type",
        "the rule gives points to no lead",
        "Compare window_days and decay_days",
    ),
    # activities
    cell(
        "a mistyped activity type",
        "engagement_rules",
        0,
        {"activity_type": "Page_Veiw"},
        PRICING,
        "no activity has the type 'page_veiw'",
        "Did you mean page_view? There are email_click, email_delivered, page_view.",
    ),
    cell(
        "a mistyped type to divide by",
        "engagement_rules",
        2,
        {"per_activity_type": "email_delivery"},
        CLICKS,
        "no activity has the type 'email_delivery'",
        "Did you mean email_delivered?",
    ),
    cell(
        "a mistyped beginning of an asset",
        "engagement_rules",
        0,
        {"asset_value": "/pricng"},
        PRICING,
        "the asset of no page_view starts with '/pricng'",
        "Did you mean '/pricing/teams'?",
    ),
    cell(
        "a mistyped word of an asset",
        "engagement_rules",
        0,
        {"asset_operator": "has_word", "asset_value": "tems|squads"},
        PRICING,
        "the asset of no page_view has the word 'tems|squads'",
        "Did you mean '/pricing/teams'?",
        column="asset_value",
    ),
    cell(
        "part of a word as a word of an asset",
        "engagement_rules",
        0,
        {"asset_operator": "has_word", "asset_value": "pric"},
        PRICING,
        "the asset of no page_view has the word 'pric'",
        column="asset_value",
    ),
    cell(
        "an asset of another type",
        "engagement_rules",
        0,
        {"asset_operator": "equals", "asset_value": "newsletter"},
        PRICING,
        "the asset of no page_view is 'newsletter'",
        "Compare it with your assets.",
        column="asset_value",
    ),
    cell(
        "personalised content that is not there",
        "engagement_rules",
        0,
        {"personalized": "yes"},
        PRICING,
        "no page_view of this rule is personalised",
    ),
    Case(
        "machines that do not count",
        lambda bench: [
            event.update(user_agent="Some Bot/1.0")
            for event in bench.company.events
            if event.get("asset", "").startswith("/pricing")
        ],
        "engagement_rules",
        PRICING,
        "count_automated",
        "each page_view of this rule is automated",
    ),
    # segments
    Case(
        "a segment in the shadow of another",
        lambda bench: bench.seeds.add(
            "score_segments", segment="germans", priority="2", attribute="country", value="Germany"
        ),
        "score_segments",
        "v1 / germans (line 3)",
        "segment",
        "no lead is in segment 'germans': all that match are in a segment of lower priority",
    ),
    Case(
        "a segment that nobody matches",
        lambda bench: bench.seeds.add(
            "score_segments", segment="tech", operator="starts_with", value="tech"
        ),
        "score_segments",
        "v1 / tech (line 3)",
        "value",
        "no lead's industry satisfies starts_with 'tech'",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rule_that_cannot_mean_what_it_says_is_named(bench: Bench, case: Case) -> None:
    case.change(bench)

    warnings = bench.warnings()
    assert {problem.severity for problem in warnings} == {"warning"}
    placed = [
        p
        for p in warnings
        if (p.file, p.key, p.column) == (f"seeds/scoring/{case.file}.csv", case.key, case.column)
    ]
    assert placed, [str(problem) for problem in warnings]
    assert any(case.message in p.message and case.remedy in p.remedy for p in placed), placed
    assert all(problem.remedy for problem in warnings)


def test_rules_that_suit_their_leads_earn_no_warning(bench: Bench) -> None:
    assert bench.warnings() == []


def test_a_list_may_name_values_that_have_not_come_yet(bench: Bench) -> None:
    bench.rule("fit_rules", 0, operator="in", value="VP Sales|Director|Chief Wizard")
    bench.rule("fit_rules", 0, attribute="job_title")

    assert bench.warnings() == []


def test_a_competitor_who_has_not_come_yet_is_no_mistake(bench: Bench) -> None:
    bench.rule("disqualification_rules", 0, operator="in", value="rival.example|other.example")

    assert bench.warnings() == []


@pytest.mark.parametrize(
    "land",
    [
        pytest.param(
            lambda bench: bench.company.leads[0].update(extra='{" Plan ": "pro"}'),
            id="an extra column",
        ),
        pytest.param(
            lambda bench: bench.company.lead_attributes.append(
                {"lead_id": "ann", "attribute": "PLAN ", "value_text": " Pro"}
            ),
            id="an attribute row",
        ),
        pytest.param(
            lambda bench: (
                bench.company.leads[0].update(company_domain="https://www.Acme.example/de"),
                bench.company.accounts.append(
                    {"account_id": "a", "domain": "acme.example", "extra": '{"plan": "PRO"}'}
                ),
            ),
            id="a column of the account",
        ),
    ],
)
def test_an_attribute_may_come_from_anywhere(bench: Bench, land: Callable[[Bench], Any]) -> None:
    bench.rule("fit_rules", 2, attribute="Plan", operator="equals", value="pro")
    land(bench)

    told = [problem for problem in bench.warnings() if problem.key == SIZE]
    everybody = [p for p in told if "so it tells nobody apart" in p.message]
    assert told == everybody


def test_an_attribute_row_overrides_a_column_even_when_empty(bench: Bench) -> None:
    for lead in ("ann", "bob"):
        bench.company.lead_attributes.append(
            {"lead_id": lead, "attribute": "job_title", "value_text": " "}
        )

    assert [(problem.key, problem.message) for problem in bench.warnings()] == [
        (VIP, "no lead's job_title satisfies has_word 'vp|director' (also in 1 more row)")
    ]


def test_seniority_region_and_email_type_are_derived(bench: Bench) -> None:
    bench.rule("fit_rules", 0, attribute="seniority", operator="equals", value="vp")
    bench.rule("fit_rules", 1, attribute="region", operator="equals", value="Europe")
    bench.rule("fit_rules", 2, attribute="email_type", operator="equals", value="free")
    bench.company.leads[3]["email"] = "dan@gmail.com"

    assert bench.warnings() == []


def test_the_activity_of_an_unknown_visitor_counts_once_a_link_comes(bench: Bench) -> None:
    bench.company.events = [e for e in bench.company.events if e.get("asset") != "/pricing/teams"]
    for days in (0, 1, 2, 3):
        bench.company.event("page_view", ago(days), anonymous_id="x", asset="/pricing/teams")
    assert {problem.key for problem in bench.warnings()} == {PRICING, REGULAR}

    bench.company.identities.append({"anonymous_id": "x", "email": "ann@acme.example"})
    assert bench.warnings() == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"is_deleted": True}, id="deleted"),
        pytest.param({"created_at": datetime(2024, 7, 1)}, id="of the future"),
    ],
)
def test_leads_that_do_not_exist_are_no_evidence(bench: Bench, change: dict[str, Any]) -> None:
    bench.company.leads[1].update(change)

    assert BANKER in {problem.key for problem in bench.warnings()}


def test_activities_after_the_score_date_are_no_evidence(bench: Bench) -> None:
    bench.company.event("webinar", datetime(2024, 7, 1), lead_id="ann")
    bench.rule("engagement_rules", 0, activity_type="webinar", asset_operator="", asset_value="")

    assert [problem.key for problem in bench.warnings()] == [PRICING]


def test_old_landing_is_looked_at_as_of_its_last_activity(bench: Bench) -> None:
    assert bench.warnings(day=date(2025, 6, 30)) == []


def test_without_leads_there_is_nothing_to_say(bench: Bench) -> None:
    bench.company = Company()

    assert bench.warnings() == []


def test_without_activities_engagement_rules_are_left_alone(bench: Bench) -> None:
    bench.company.events = []

    assert bench.warnings() == []


def test_archived_model_versions_are_left_alone(bench: Bench) -> None:
    bench.seeds.add("score_groups", model_version="v0")
    bench.seeds.add("fit_rules", model_version="v0", attribute="nothing_like_it")

    assert bench.warnings() == []


def test_the_same_finding_in_several_rows_is_told_once(bench: Bench) -> None:
    bench.rule("engagement_rules", 0, activity_type="pageview")
    bench.rule("engagement_rules", 1, activity_type="pageview")

    (warning,) = bench.warnings()
    assert (warning.key, warning.message) == (
        PRICING,
        "no activity has the type 'pageview' (also in 1 more row)",
    )


def test_what_the_seeds_alone_give_away_is_not_told_again(bench: Bench) -> None:
    bench.rule("fit_rules", 0, attribute="seniority", operator="equals", value="Vice Presidnt")

    assert [problem.key for problem in bench.seeds.problems("warning")] == [VIP]
    assert VIP not in {problem.key for problem in bench.warnings()}


def test_a_value_that_one_person_has_is_not_quoted(bench: Bench) -> None:
    bench.rule("fit_rules", 2, attribute="job_title", operator="equals", value="Clark")
    told = [problem.remedy for problem in bench.warnings()]
    bench.rule("fit_rules", 2, attribute="email", operator="equals", value="an@acme.example")
    told += [problem.remedy for problem in bench.warnings()]

    assert told == ["Compare the value with those of your leads."] * 2


@pytest.mark.parametrize(
    "text", ["'; drop table raw_custom.leads; --", '" or 1=1', "$1", "%_\\", "(["]
)
def test_text_of_seeds_and_data_is_never_part_of_a_statement(bench: Bench, text: str) -> None:
    bench.rule("fit_rules", 0, attribute=f"x{text}", value=text)
    bench.rule("fit_rules", 2, attribute="industry", operator="equals", value=text)
    bench.rule("engagement_rules", 0, activity_type=f"x{text}", asset_value=text)
    bench.rule("engagement_rules", 1, asset_operator="has_word", asset_value=text)
    bench.company.lead(f"gus{text}", industry=text, extra=None)
    bench.company.event(text, ago(1), lead_id="ann", asset=text, user_agent=text)

    assert {VIP, PRICING} <= {problem.key for problem in bench.warnings()}
    assert bench.connection.execute("select count(*) from raw_custom.leads").fetchone() == (7,)


class TestOnAScoredProject:
    """The models' own counts, in the working file of a run on sample data."""

    @pytest.fixture
    def working_file(self, scored_project: Any) -> Iterator[duckdb.DuckDBPyConnection]:
        with warehouse.opened(scored_project.warehouse, read_only=True) as connection:
            yield connection

    def test_models_and_landing_tell_the_same_story(
        self, scored_project: Any, working_file: duckdb.DuckDBPyConnection
    ) -> None:
        tables, _ = read_tables(scored_project.project_dir)
        found = evidence_of_models(working_file)
        estimated = evidence_of_landing(working_file, tables, scored_project.score_date)

        # Leads that asked not to be scored are in landing only.
        spare = max(2, 0.03 * estimated.leads)
        assert 0 <= estimated.leads - found.leads <= spare
        assert found.fired.keys() == estimated.fired.keys()
        assert found.satisfied.keys() == estimated.satisfied.keys()
        for key, firing in found.fired.items():
            assert 0 <= estimated.fired[key].leads - firing.leads <= spare, key
        for test, count in found.satisfied.items():
            assert abs(estimated.satisfied[test] - count) <= spare, test

    def test_working_file_is_linted_as_it_stands(
        self, scored_project: Any, working_file: duckdb.DuckDBPyConnection
    ) -> None:
        for problem in lint_rules(working_file):
            assert problem.severity == "warning"
            assert "(line" not in problem.key, "rows of a table have no line"

    def test_mistyped_type_in_the_working_file_is_named(
        self, scored_project: Any, tmp_path: Path
    ) -> None:
        copy = tmp_path / scored_project.warehouse.name  # views name the file
        shutil.copyfile(scored_project.warehouse, copy)
        with warehouse.opened(copy) as connection:
            connection.execute(
                "update seeds.engagement_rules set activity_type = 'page_veiw' "
                "where model_version = 'b2b_v1' and rule_id = 'site_visits'"
            )
            told = [p for p in lint_rules(connection) if p.column == "activity_type"]

        assert [(p.key, p.message) for p in told if "page_veiw" in p.message] == [
            ("b2b_v1 / site_visits", "no activity has the type 'page_veiw'")
        ]

    def test_file_without_models_is_refused(self) -> None:
        with warehouse.opened(":memory:") as connection, pytest.raises(duckdb.CatalogException):
            lint_rules(connection)
