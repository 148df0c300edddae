"""The sample data is what its description says, measured on the files that it writes."""

from __future__ import annotations

import csv
import hashlib
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from orchestration.ingestion.contracts import SOURCES
from orchestration.sample_data import build_company, company, write_sample
from orchestration.sample_data.__main__ import main

SEEDS = Path(__file__).parents[3] / "seeds"
END = date(2025, 11, 23)
AFTER = datetime(2025, 11, 24)
TEXT_FILE = "partner/chat-and-events.parquet"


def seed_rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    write_sample(folder, END)
    return folder / "custom"


@pytest.fixture(scope="module")
def leads(landing: Path) -> pl.DataFrame:
    return pl.read_parquet(landing / "leads" / "leads.parquet")


@pytest.fixture(scope="module")
def events(landing: Path) -> pl.DataFrame:
    """All rows; times in words are null, blank texts too."""
    files = sorted((landing / "events").rglob("*.parquet"))
    texts = landing / "events" / TEXT_FILE
    parts = [pl.read_parquet(file) for file in files if file != texts]
    partner = pl.read_parquet(texts).with_columns(
        pl.col("occurred_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False)
    )
    rows = pl.concat([*parts, partner])
    return rows.with_columns(
        pl.when(pl.col(pl.String).str.strip_chars() != "").then(pl.col(pl.String)).name.keep()
    )


@pytest.fixture(scope="module")
def broken(events: pl.DataFrame) -> pl.Series:
    """Which rows the contract sends to quarantine."""
    return events.select(
        pl.any_horizontal(
            pl.col("event_id", "event_type", "occurred_at").is_null(),
            pl.all_horizontal(pl.col("lead_id", "email", "anonymous_id").is_null()),
            pl.col("duration_seconds").fill_null(0) < 0,
            (pl.col("occurred_at") > pl.col("loaded_at") + timedelta(days=1)).fill_null(False),
        )
    ).to_series()


@pytest.fixture(scope="module")
def intact(events: pl.DataFrame, broken: pl.Series) -> pl.DataFrame:
    return events.filter(~broken)


@pytest.fixture(scope="module")
def automated(events: pl.DataFrame) -> pl.Series:
    """Flagged, or with a user agent of the reference list."""
    patterns = [row["pattern"].lower() for row in seed_rows("reference/automated_user_agents")]
    agents = events["user_agent"].unique().drop_nulls()
    robots = [agent for agent in agents if any(text in agent.lower() for text in patterns)]
    return events.select(
        pl.col("is_automated").fill_null(False)
        | pl.col("user_agent").is_in(robots).fill_null(False)
    ).to_series()


def is_anonymous() -> pl.Expr:
    return (
        pl.col("lead_id").is_null()
        & pl.col("email").is_null()
        & pl.col("anonymous_id").is_not_null()
    )


def test_a_year_has_three_thousand_people_and_about_a_hundred_thousand_events(leads, events):
    present = leads.filter(~pl.col("is_deleted"))
    people = present.select(
        pl.coalesce(pl.col("email").str.strip_chars().str.to_lowercase(), "lead_id").n_unique()
    ).item()
    assert people == 3000
    assert len(events) == pytest.approx(100_000, rel=0.03)


def test_one_fifth_of_the_events_is_anonymous(events):
    assert events.select(is_anonymous().mean()).item() == pytest.approx(0.20, abs=0.01)


def test_half_of_the_anonymous_events_are_claimed_by_a_later_link(landing, intact):
    links = pl.concat(
        [
            intact.filter(
                pl.col("anonymous_id").is_not_null()
                & (pl.col("lead_id").is_not_null() | pl.col("email").is_not_null())
            ).select("anonymous_id", "occurred_at"),
            pl.read_parquet(landing / "identities" / "identities.parquet").select(
                "anonymous_id", "occurred_at"
            ),
        ]
    )
    last = links.group_by("anonymous_id").agg(pl.col("occurred_at").max().alias("linked_at"))
    unknown = intact.filter(is_anonymous()).join(last, on="anonymous_id", how="left")
    later = unknown.select((pl.col("linked_at") > pl.col("occurred_at")).fill_null(False).mean())
    assert later.item() == pytest.approx(0.5, abs=0.04)


def test_eight_percent_are_automated_half_by_flag_and_half_by_user_agent(events, automated):
    assert automated.mean() == pytest.approx(0.08, abs=0.005)
    flagged = events["is_automated"].fill_null(False).sum()
    assert flagged / automated.sum() == pytest.approx(0.5, abs=0.1)


def test_no_user_agent_of_a_person_looks_like_a_robot():
    patterns = [row["pattern"].lower() for row in seed_rows("reference/automated_user_agents")]
    for agent in company.PEOPLE_AGENTS:
        assert not [text for text in patterns if text in agent.lower()]


def test_two_percent_are_repeated_and_some_of_those_corrected_or_deleted(events):
    ids = events.filter(pl.col("event_id").is_not_null())
    repeated = len(ids) - ids["event_id"].n_unique()
    assert repeated / len(events) == pytest.approx(0.02, abs=0.002)
    twice = ids.filter(pl.col("event_id").is_duplicated()).sort("event_id", "loaded_at")
    pairs = twice.group_by("event_id").agg(
        (pl.col("duration_seconds").n_unique() > 1).alias("corrected"),
        pl.col("is_deleted").any().alias("deleted"),
        pl.col("loaded_at").n_unique().alias("loads"),
    )
    assert 0.05 < pairs["corrected"].mean() < 0.25
    assert 0.05 < pairs["deleted"].mean() < 0.15


def test_five_percent_arrive_more_than_a_day_and_at_most_twenty_days_late(events, intact):
    delay = intact.select(pl.col("loaded_at") - pl.col("occurred_at")).to_series()
    late = delay.filter(delay > timedelta(days=1))
    assert len(late) / len(events) == pytest.approx(0.05, abs=0.005)
    assert late.max() <= timedelta(days=20.5)
    assert late.max() > timedelta(days=17)


def test_half_a_percent_is_broken_in_every_way_that_the_contract_knows(events, broken):
    assert broken.mean() == pytest.approx(0.005, abs=0.001)
    rows = events.filter(broken)
    for ways in (
        pl.col("event_id").is_null(),
        pl.col("event_type").is_null(),
        pl.col("occurred_at").is_null(),
        pl.all_horizontal(pl.col("lead_id", "email", "anonymous_id").is_null()),
        pl.col("duration_seconds") < 0,
        pl.col("occurred_at") > pl.col("loaded_at") + timedelta(days=1),
    ):
        assert rows.filter(ways).height >= 30


def test_one_file_has_its_times_as_text_and_a_few_of_them_in_words(landing):
    times = pq.read_table(landing / "events" / TEXT_FILE)["occurred_at"].to_pylist()
    in_words = [time for time in times if not re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}Z", time)]
    assert len(times) > 200
    assert 30 < len(in_words) < len(times) / 2


def test_visits_have_about_eight_activities(intact):
    on_site = intact.unique("event_id").filter(
        ~pl.col("event_type").is_in(["email_delivered", "email_bounce", "call", "meeting"])
    )
    who = pl.coalesce("lead_id", "anonymous_id", pl.col("email").str.strip_chars())
    gap = pl.col("occurred_at").diff().over("who") > timedelta(minutes=30)
    visits = (
        on_site.with_columns(who.alias("who"))
        .sort("who", "occurred_at")
        .with_columns(gap.fill_null(True).cum_sum().alias("visit"))
        .group_by("visit")
        .agg(pl.len().alias("size"), (pl.col("event_type") == "session").any().alias("on_site"))
        .filter(pl.col("on_site"))
    )
    assert visits["size"].mean() == pytest.approx(8, abs=1)


def test_people_come_on_working_days_and_in_office_hours_of_their_country(
    leads, automated, broken, events
):
    human = events.filter(~broken & ~automated).filter(pl.col("event_type") == "session")
    assert (human["occurred_at"].dt.weekday() <= 5).mean() > 0.88
    ahead = {name: hours for name, _, hours, _ in company.COUNTRIES}
    countries = leads.filter(pl.col("country").is_in(list(ahead)))
    known = human.join(countries.select("lead_id", "country"), on="lead_id", how="inner")
    local = known["occurred_at"].dt.hour() + known["country"].replace_strict(ahead)
    assert local.is_between(7, 18).mean() > 0.8


def test_a_few_leads_are_very_active(intact):
    counts = intact["lead_id"].drop_nulls().value_counts()["count"].sort(descending=True)
    assert counts[:10].sum() / counts.sum() > 0.05
    assert counts[0] > 20 * counts.median()


def test_four_people_in_a_hundred_have_a_second_record_with_the_same_address(leads):
    records = leads.filter(pl.col("email").is_not_null() & ~pl.col("is_deleted"))
    alike = records.group_by(pl.col("email").str.strip_chars().str.to_lowercase()).agg(
        pl.len(), pl.col("email").n_unique().alias("spellings")
    )
    double = alike.filter(pl.col("len") > 1)
    assert len(double) / len(alike) == pytest.approx(0.04, abs=0.012)
    assert (double["spellings"] > 1).all()


def test_everything_happens_in_the_year_that_ends_with_the_end_date(landing, leads, intact):
    times = intact["occurred_at"]
    assert times.max() < AFTER
    assert times.max() >= AFTER - timedelta(days=1)
    assert times.min() > AFTER - timedelta(days=367)
    assert intact["loaded_at"].max() < AFTER
    assert leads["created_at"].max() < AFTER
    assert leads["updated_at"].max() < AFTER
    conversions = pl.read_parquet(landing / "conversions" / "conversions.parquet")
    assert conversions["occurred_at"].max() < AFTER
    known = conversions.join(leads, on="lead_id")
    assert (known["occurred_at"] > known["created_at"]).all()


def test_another_end_date_moves_the_year(tmp_path):
    write_sample(tmp_path, date(2024, 2, 29), leads=100)
    files = (tmp_path / "custom" / "events").rglob("events-*.parquet")
    last = max(pl.read_parquet(file)["loaded_at"].max() for file in files)
    assert date(2024, 2, 27) <= last.date() <= date(2024, 2, 29)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_does_not(tmp_path):
    def digests(name: str, seed: int) -> dict[str, str]:
        write_sample(tmp_path / name, END, seed=seed, leads=200)
        files = sorted((tmp_path / name).rglob("*.parquet"))
        return {
            str(file.relative_to(tmp_path / name)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in files
        }

    first = digests("first", 7)
    assert digests("second", 7) == first
    assert digests("third", 8) != first


def test_the_propensity_orders_the_conversions():
    made = build_company(END)
    order = np.argsort(-made.propensity, kind="stable")
    converted = made.opportunity[order]
    average = converted.mean()
    assert converted[:300].mean() > 3 * average
    fifths = [part.mean() for part in np.array_split(converted, 5)]
    assert fifths == sorted(fifths, reverse=True)
    assert made.propensity.mean() == pytest.approx(average, abs=0.02)


def opportunities(landing: Path) -> pl.DataFrame:
    steps = pl.read_parquet(landing / "conversions" / "conversions.parquet")
    return steps.filter(pl.col("stage") == "opportunity")


def test_what_leads_did_before_a_day_tells_who_converts_after_it(landing, leads, intact):
    day = AFTER - timedelta(days=90)
    steps = opportunities(landing)
    before = steps.filter(pl.col("occurred_at") < day)["lead_id"].implode()
    after = steps.filter(pl.col("occurred_at") >= day)["lead_id"].implode()
    looked = intact.filter(
        pl.col("occurred_at").is_between(day - timedelta(days=45), day)
        & pl.col("asset").str.contains("^/(pricing|demo)")
    )["lead_id"].implode()
    there = leads.filter((pl.col("created_at") < day) & ~pl.col("lead_id").is_in(before))
    converts = pl.col("lead_id").is_in(after).mean()
    interested = there.filter(pl.col("lead_id").is_in(looked)).select(converts).item()
    assert interested > 2 * there.select(converts).item()


def test_leads_who_decide_convert_more_often_than_others(landing, leads):
    converts = pl.col("lead_id").is_in(opportunities(landing)["lead_id"].implode()).mean()
    decides = pl.col("job_title").fill_null("").str.contains("Chief|CEO|CTO|VP|Director|Head")
    rates = [leads.filter(group).select(converts).item() for group in (decides, ~decides)]
    assert rates[0] > 1.5 * rates[1]


def test_tables_have_the_columns_and_types_of_the_contract(landing):
    events = pq.read_schema(next((landing / "events" / "daily").glob("*.parquet")))
    assert {field.name: str(field.type) for field in events} == {
        **dict.fromkeys(
            ("event_id", "lead_id", "email", "anonymous_id", "event_type", "asset"), "string"
        ),
        **dict.fromkeys(("occurred_at", "loaded_at"), "timestamp[us]"),
        "duration_seconds": "double",
        **dict.fromkeys(("is_personalized", "is_automated", "is_deleted"), "bool"),
        **dict.fromkeys(("user_agent", "text"), "string"),
    }
    leads = pq.read_schema(landing / "leads" / "leads.parquet")
    assert str(leads.field("employee_count").type) == "int64"
    assert str(leads.field("annual_revenue").type) == "double"
    assert {"plan", "utm_campaign"} < set(leads.names)


def test_words_used_are_those_of_the_reference_lists(landing, leads, intact):
    def known(name: str, column: str) -> set[str]:
        return {row[column] for row in seed_rows(f"reference/{name}")}

    assert set(intact["event_type"]) <= known("activity_types", "activity_type")
    assert set(leads["industry"].drop_nulls()) <= known("industries", "industry")
    places = known("countries", "country") | known("countries", "iso2")
    assert set(leads["country"].drop_nulls()) <= places
    free = known("free_email_domains", "domain")
    disposable = known("disposable_email_domains", "domain")
    assert set(company.FREE_DOMAINS) <= free
    assert set(company.DISPOSABLE_DOMAINS) <= disposable
    assert not free & disposable


def test_job_titles_have_the_seniority_and_department_that_the_keywords_give():
    keywords = sorted(
        seed_rows("reference/job_title_keywords"), key=lambda row: int(row["priority"])
    )

    def told(title: str, kind: str) -> str:
        for row in keywords:
            word = rf"(?<![^\W_]){re.escape(row['keyword'].lower())}(?![^\W_])"
            if row["kind"] == kind and re.search(word, title.lower()):
                return row["value"]
        return ""

    for title, seniority, department, _ in company.TITLES:
        assert (told(title, "seniority"), told(title, "department")) == (seniority, department)


def test_every_starter_rule_about_pages_and_files_finds_something(intact):
    assets = {
        kind: {str(asset).lower() for asset in part["asset"]}
        for (kind,), part in intact.group_by("event_type")
    }
    for rule in seed_rows("scoring/engagement_rules"):
        if rule["activity_type"] == "*":
            continue
        found = assets[rule["activity_type"]]
        parts = rule["asset_value"].lower().split("|")
        tests = {
            "": lambda asset, part: True,
            "equals": lambda asset, part: asset == part,
            "starts_with": lambda asset, part: asset.startswith(part),
            "contains": lambda asset, part: part in asset,
            "has_word": lambda asset, part: re.search(rf"\b{re.escape(part)}\b", asset),
        }
        test = tests[rule["asset_operator"]]
        assert any(test(asset, part) for asset in found for part in parts), rule["rule_id"]


def test_a_few_people_asked_not_to_be_scored(landing):
    requests = pl.read_parquet(landing / "privacy_requests" / "privacy_requests.parquet")
    assert set(requests["request"]) == {"do_not_score"}
    assert 2 <= len(requests) <= 10
    assert requests["lead_id"].null_count() > 0


def test_a_landing_folder_with_files_is_left_alone(tmp_path):
    own = tmp_path / "custom" / "leads" / "mine.parquet"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="holds files already"):
        write_sample(tmp_path, END, leads=100)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [own]


def test_too_few_leads_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 50"):
        write_sample(tmp_path, END, leads=10)


def test_the_command_says_in_one_line_what_it_wrote(tmp_path, capsys):
    arguments = ["--landing", str(tmp_path), "--end-date", "2025-03-01", "--leads", "100"]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "100 leads" in said
    assert main(arguments) == 2
    assert "holds files already" in capsys.readouterr().err


def test_the_same_year_lands_as_each_platform_with_the_columns_that_their_contracts_name(
    tmp_path: Path,
) -> None:
    report = write_sample(tmp_path, date(2025, 6, 30), leads=60, as_platforms=True)
    landed = {
        (path.parts[-3], path.parts[-2]): pq.read_table(path)
        for path in tmp_path.rglob("*.parquet")
    }
    assert {source for source, _ in landed} == set(SOURCES) - {"custom"}
    for (source, table), content in landed.items():
        contract = SOURCES[source][table]
        assert contract.required <= set(content.column_names), f"{source}.{table}"
        own = {name for name in content.column_names if name not in contract.columns}
        assert own <= {"property_plan", "property_utm_campaign", "plan", "utm_campaign"} | {
            "property_crm_system",
            "property_seats_planned",
        }
    people = ("hubspot", "contact"), ("marketo", "lead"), ("pardot", "prospect")
    people += ("activecampaign", "contacts"), ("salesforce", "lead")
    assert {landed[table].num_rows for table in people} == {report.lead_records}
    assert 0 < landed["segment", "users"].num_rows < report.lead_records
    pages = {call["id"] for call in landed["segment", "pages"].to_pylist()}
    seen_twice = {row["event_id"] for row in landed["snowplow", "events"].to_pylist()} & pages
    assert len(seen_twice) > len(pages) / 10


def test_platforms_are_not_written_over_what_has_landed(tmp_path: Path) -> None:
    write_sample(tmp_path, date(2025, 6, 30), leads=50, as_platforms=True)
    with pytest.raises(FileExistsError, match="hubspot holds files already"):
        write_sample(tmp_path, date(2025, 6, 30), leads=50, as_platforms=True)
