"""The benchmark's events have the shape they promise, and its three ways of scoring agree."""

from __future__ import annotations

import csv
import shutil
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from benchmarks import dbt_log, report
from benchmarks.compare import compare
from benchmarks.daily import Daily, measure_daily
from benchmarks.dbt_log import NodeRun
from benchmarks.generate import generate, generate_next_day
from benchmarks.measure import (
    BY_HAND,
    POLARS,
    Command,
    Cost,
    HandWritten,
    measure_command,
    measure_hand_written,
)
from benchmarks.report import Measurements
from benchmarks.run import differences_of
from benchmarks.shape import SCORE_DATE
from benchmarks.watched import CommandFailed, Sample, Watched, watch
from benchmarks.workspace import SEEDS, Workspace

EVENTS = 20_000


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """20,000 events, 580 leads, and their scores by hand."""
    made = Workspace.of(EVENTS, tmp_path_factory.mktemp("benchmark"))
    made.generate()
    for name in (BY_HAND, POLARS):
        measure_hand_written(made, name)
    return made


@pytest.fixture(scope="module")
def events(workspace: Workspace) -> duckdb.DuckDBPyRelation:
    files = str(workspace.landing / "custom" / "events" / "*.parquet")
    return duckdb.connect().read_parquet(files)


def the_only_row(relation: duckdb.DuckDBPyRelation, *columns: str) -> tuple:
    row = relation.aggregate(", ".join(columns)).fetchone()
    assert row is not None
    return row


def test_events_are_as_many_as_asked_for_and_none_is_repeated(events) -> None:
    assert the_only_row(events, "count(*)", "count(distinct event_id)") == (EVENTS, EVENTS)


def test_events_are_of_7_types_and_within_the_year_that_is_scored(events) -> None:
    types, first, last = the_only_row(
        events, "count(distinct event_type)", "min(occurred_at)", "max(occurred_at)"
    )
    assert types == 7
    assert (last - first).days <= 365
    assert last.date() <= SCORE_DATE


def test_a_session_has_about_8_events(events) -> None:
    [per_session] = the_only_row(
        events, "count(*) / count(*) filter (where event_type = 'session')"
    )
    assert 7 < per_session < 9


def test_a_few_leads_are_very_active(events) -> None:
    by_lead = events.aggregate("lead_id, count(*) as events")
    most, median = the_only_row(by_lead, "max(events)", "median(events)")
    assert most > 10 * median


def test_the_same_number_of_events_gives_the_same_rows(tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate(tmp_path / name, 500)
    files = [sorted((tmp_path / name).rglob("*.parquet")) for name in ("one", "two")]
    assert len(files[0]) > 2
    assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]


def test_a_shorter_past_holds_the_same_last_days(events, tmp_path: Path) -> None:
    generate(tmp_path, EVENTS, days=91)
    short = duckdb.connect().read_parquet(str(tmp_path / "custom" / "events" / "*.parquet"))
    [first, landed] = the_only_row(short, "min(occurred_at)", "count(*)")
    assert (SCORE_DATE - first.date()).days == 90
    since = events.filter(f"occurred_at >= '{first.date()}'")
    assert landed == pytest.approx(the_only_row(since, "count(*)")[0], abs=80)


def test_the_next_day_has_its_own_events_of_the_same_people(events, tmp_path: Path) -> None:
    generate_next_day(tmp_path / "next_day.parquet", EVENTS, 200)
    connection = duckdb.connect()
    day = connection.read_parquet(str(tmp_path / "next_day.parquet"))
    assert the_only_row(day, "count(distinct event_id)", "min(occurred_at)::date") == (
        200,
        SCORE_DATE + timedelta(days=1),
    )
    ids = {row[0] for row in events.project("event_id").fetchall()}
    assert not ids & {row[0] for row in day.project("event_id").fetchall()}


def test_events_that_are_there_are_not_made_again(workspace: Workspace) -> None:
    assert workspace.generate() is False


def test_there_are_40_rules_with_all_decays_measures_and_kinds_of_limits() -> None:
    with open(SEEDS / "engagement_rules.csv", newline="", encoding="utf-8") as lines:
        rules = list(csv.DictReader(lines))
    assert len(rules) == 40
    assert {rule["decay"] for rule in rules} == {"none", "half_life", "linear", "step"}
    assert {rule["measure"] for rule in rules} == {"events", "minutes", "days"}
    operators = {rule["asset_operator"] for rule in rules}
    assert operators == {"", "equals", "starts_with", "contains"}
    for column in ("min_units", "daily_limit", "max_points", "window_days"):
        assert {bool(rule[column]) for rule in rules} == {True, False}


@pytest.mark.full
def test_duckdb_polars_and_leadscore_give_every_lead_the_same_score(workspace: Workspace) -> None:
    workspace.copy_project()
    command = measure_command(workspace)
    differences = differences_of(workspace)
    assert [difference.name for difference in differences] == ["Polars", "leadscore score"]
    assert all(difference.is_equal for difference in differences), differences
    assert differences[0].leads == 580
    assert 0 < command.models.seconds <= command.nodes.seconds < command.process.seconds
    assert 0 < command.models.cpu_seconds < command.process.cpu_seconds
    # Samples and the system's own figure for the whole process differ by a few pages.
    assert 0 < command.models.peak_bytes <= 1.01 * command.process.peak_bytes


def test_one_other_score_and_one_missing_lead_are_found(
    workspace: Workspace, tmp_path: Path
) -> None:
    by_hand = workspace.scores_of(BY_HAND)
    scores = duckdb.connect().read_parquet(str(by_hand)).order("score desc, lead_id")
    changed = tmp_path / "changed.parquet"
    scores.limit(579).project(
        "lead_id, score + case when row_number() over () = 1 then 0.01 else 0 end as score"
    ).write_parquet(str(changed))
    difference = compare("changed", by_hand, changed)
    assert (difference.missing, difference.different) == (1, 1)
    assert difference.largest == pytest.approx(0.01)
    assert not difference.is_equal
    assert "1 leads are in one only, 1 of 580 scores differ" in str(difference)


def test_time_of_models_that_ran_side_by_side_counts_once() -> None:
    runs = [
        NodeRun("a", "model", 10.0, 14.0),
        NodeRun("b", "model", 12.0, 15.0),
        NodeRun("c", "model", 20.0, 21.0),
    ]
    spans = dbt_log.spans(runs)
    assert spans == [(10.0, 15.0), (20.0, 21.0)]
    assert dbt_log.seconds_in(spans) == pytest.approx(6.0)


def test_memory_and_cpu_of_a_part_come_from_the_samples_in_it() -> None:
    samples = (Sample(10.0, 100, 1.0), Sample(12.0, 300, 2.0), Sample(14.0, 200, 5.0))
    watched = Watched(5.0, 6.0, 300, "", samples)
    assert watched.peak_within([(13.0, 15.0)]) == 200
    assert watched.cpu_within([(11.0, 13.0)]) == pytest.approx(2.0)
    assert watched.peak_within([(14.5, 15.0)]) == 0


def test_a_program_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such column')"]
    with pytest.raises(CommandFailed, match="no such column"):
        watch(command, {}, tmp_path, tmp_path / "failed.log")


def measurements(events: int, by_hand_seconds: float) -> Measurements:
    """One round in which the models took 6 seconds and 9 CPU seconds."""

    def cost(seconds: float, cpu_seconds: float) -> Cost:
        return Cost(seconds, cpu_seconds, 2_000_000_000)

    by_hand = cost(by_hand_seconds, 3.0)
    models = cost(6.0, 9.0)
    runs = (NodeRun("quick", "model", 0.0, 1.0), NodeRun("slow", "model", 1.0, 4.0))
    return Measurements(
        events=events,
        rounds=1,
        by_hand=[HandWritten(by_hand, by_hand), HandWritten(cost(9.0, 9.0), by_hand)],
        polars=[HandWritten(by_hand, by_hand)],
        command=[Command(models, models, cost(20.0, 20.0), runs)],
        load_before=0.5,
    )


def test_ratios_are_to_the_best_run_by_hand() -> None:
    [models] = [row for row in measurements(100, 2.0).rows() if row.what == "dbt models"]
    assert models.ratio == pytest.approx(3.0)
    assert models.cpu_ratio == pytest.approx(3.0)


def test_what_the_next_day_costs_is_told_as_ratios_with_what_was_promised() -> None:
    [first] = measurements(100, 2.0).command
    fast = replace(first, models=Cost(1.5, 3.0, 0))
    text = report.daily_as_markdown(Daily(100, first, 5.0, fast, first), load_before=0.5)
    assert (
        "| run for a day with 1 % new events, of the full build (models) | 0.25 | 0.33 | 0.2 |"
        in text
    )
    assert "| the same when history is four times as long (models) | 0.25 | 0.33 | 1.2 |" in text
    assert "of the first (whole command) | 0.25 |  | 0.6 |" in text


@pytest.mark.full
def test_the_next_day_is_measured_on_a_long_and_a_short_past(tmp_path: Path) -> None:
    daily = measure_daily(EVENTS, tmp_path, print, keep=False)
    assert daily.again_seconds < 0.6 * daily.first.process.seconds
    assert daily.next_day.model_runs
    assert all(figure.ratio > 0 for figure in daily.figures())


def test_the_slowest_model_comes_first() -> None:
    lines = report.slowest_models(measurements(100, 2.0).command[0]).splitlines()
    assert lines[1].split() == ["3.00", "s", "75.0%", "slow"]


def keep(results: Path, events: int, seconds: float) -> None:
    section = report.as_markdown(measurements(events, seconds))
    report.update(results, report.MEASURED, events, section)


def test_results_keep_one_section_a_size_and_everything_else(tmp_path: Path) -> None:
    results = tmp_path / "results.md"
    results.write_text("# How fast it is\n\nWritten by a person.\n", encoding="utf-8")
    for events, seconds in ((2_000, 2.0), (1_000, 3.0), (2_000, 1.5)):
        keep(results, events, seconds)
    text = results.read_text(encoding="utf-8")
    assert text.startswith("# How fast it is\n\nWritten by a person.\n\n<!-- measured: 1000 -->")
    assert text.count("### 2,000 events") == 1
    assert text.index("### 1,000 events") < text.index("### 2,000 events")
    assert "| dbt models | 6.00 | 4.0 | 9.0 | 3.0 | 2.00 GB |" in text
    keep(results, 2_000, 1.5)
    assert results.read_text(encoding="utf-8") == text


def test_what_stands_below_a_section_of_results_stays_below_it(tmp_path: Path) -> None:
    results = tmp_path / "results.md"
    keep(results, 1_000, 3.0)
    with results.open("a", encoding="utf-8") as file:
        file.write("\nWhy it is slow.\n")
    for events in (2_000, 1_000, 500):
        keep(results, events, 1.5)
    marks = ("500 events", "1,000 events", "Why it is slow.", "2,000 events")
    places = [results.read_text(encoding="utf-8").index(mark) for mark in marks]
    assert places == sorted(places)


def test_other_seeds_of_the_project_stay_in_the_copy(workspace: Workspace) -> None:
    copy = Workspace(workspace.folder.with_name("copy"), EVENTS)
    copy.copy_project()
    seeds = copy.project / "seeds"
    assert (seeds / "reference" / "countries.csv").is_file()
    bench = (SEEDS / "engagement_rules.csv").read_bytes()
    assert (seeds / "scoring" / "engagement_rules.csv").read_bytes() == bench
    shutil.rmtree(copy.folder)
