"""The results page stands alone: no network, no script, nothing about a person."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.quality.page import write_results_page
from orchestration.quality.results import CheckResult

SCRIPT = "<script>alert(1)</script>"


def result(name: str, **fields) -> CheckResult:
    usual = {
        "table": "raw_custom.events",
        "gate": "raw",
        "kind": "volume",
        "blocking": False,
        "passed": True,
        "skipped": False,
        "description": f"What {name} looks at.",
        "observed": {"rows": 1200, "previous_rows": 1000, "change": 0.2, "threshold": 0.3},
    }
    return CheckResult(name=name, **{**usual, **fields})


RESULTS = [
    result("raw_events_volume"),
    result(
        "raw_events_key",
        kind="key",
        passed=False,
        observed={"rows": 1200, "missing_event_id": 0.25, "threshold": 0.02},
        message="raw_custom.events: of 1,200 rows too many lack event_id (25 %).",
    ),
    result(
        "raw_events_freshness",
        kind="freshness",
        observed={"latest": "2026-03-31 20:00:00", "age_days": 0.17, "threshold": 3},
    ),
    result(
        "lead_scores_range",
        table="marts.lead_scores",
        gate="scores",
        kind="range",
        blocking=True,
        passed=False,
        observed={"score_min": -3.5, "score_max": 80.0, "score_missing": 0.5},
        message="marts.lead_scores: score goes from -3.5 to 80.",
    ),
    result(
        "lead_scores_tier_share",
        table="marts.lead_scores",
        gate="scores",
        kind="tier_share",
        observed={"share_Hot": 0.125, "published_share_Hot": 0.25, "largest_change": 0.125},
    ),
    result(
        "lead_scores_mean",
        table="marts.lead_scores",
        gate="scores",
        kind="drift",
        skipped=True,
        observed={"mean_score": 41.25, "threshold": 5},
        message="There are no published scores to compare with.",
    ),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    facts = {"score_date": "2026-03-31", "run_id": "run_1", "note": None}
    path = write_results_page(tmp_path_factory.mktemp("page") / "quality", RESULTS, facts)
    assert path.name == "index.html"
    return path.read_text(encoding="utf-8")


def plain_text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_every_check_is_on_the_page_with_how_it_ended(page: str) -> None:
    text = plain_text(page)
    for check, word in (
        ("raw_events_volume", "Passed"),
        ("raw_events_key", "Warning"),
        ("lead_scores_range", "Failed"),
        ("lead_scores_mean", "Skipped"),
    ):
        assert f"{word} {check}" in text
    assert "1 check failed, so nothing new may be published." in text
    assert "There are no published scores to compare with." in text


def test_what_needs_attention_comes_first_and_failures_before_warnings(page: str) -> None:
    text = plain_text(page)
    places = [
        text.index(words)
        for words in (
            "What needs attention",
            "score goes from -3.5",
            "lack event_id",
            "Raw data in",
        )
    ]
    assert places == sorted(places)


def test_figures_have_their_unit(page: str) -> None:
    text = plain_text(page)
    for words in (
        "Rows 1,200",
        "Change 20.0 %",
        "Missing event id 25.0 %",
        "Age days 0.2 days",
        "Threshold 3 days",
        "Threshold 5.00 points",
        "Mean score 41.25",
        "Published share Hot 25.0 %",
        "Score missing 50.0 %",
    ):
        assert words in text


def test_facts_are_in_the_head_and_empty_ones_are_left_out(page: str) -> None:
    text = plain_text(page)
    assert "Score date 2026-03-31" in text
    assert "Run id run_1" in text
    assert "Note" not in text


def test_plots_are_drawn_in_the_page(page: str) -> None:
    for title in (
        "Rows by table",
        "Missing values",
        "Days since the latest row",
        "Leads by tier",
        "Range of scores",
    ):
        assert title in page
    assert page.count("<svg") == page.count("</svg>") == 5


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(
        r"https?:|//[a-z]|<script|<link|<iframe|<img|@import|url\((?!#)", page, re.I
    )


def test_text_of_data_and_seeds_is_escaped_everywhere(tmp_path: Path) -> None:
    fields = {"observed": {f"share_{SCRIPT}": 0.5, "tiers": SCRIPT}, "message": SCRIPT}
    hostile = replace(
        result(SCRIPT, kind="tier_share", gate="scores", table=SCRIPT, passed=False),
        description=SCRIPT,
        **fields,
    )
    page = write_results_page(tmp_path, [hostile], {SCRIPT: SCRIPT}).read_text(encoding="utf-8")
    assert "<script" not in page.lower()
    assert page.count("&lt;script&gt;") >= 7
    assert page.count("<svg") == 1


def test_a_run_that_stopped_early_says_so(tmp_path: Path) -> None:
    page = write_results_page(tmp_path, RESULTS[:3], {}).read_text(encoding="utf-8")
    text = plain_text(page)
    assert "Nothing blocks publishing; 1 check gave a warning." in text
    assert "Scores out What was computed, before anybody reads it. The run stopped before" in text


def test_without_a_fault_nothing_needs_attention(tmp_path: Path) -> None:
    page = write_results_page(tmp_path, RESULTS[:1], {}).read_text(encoding="utf-8")
    assert "Every check that was made has passed." in page
    assert "What needs attention" not in page


def test_data_docs_are_linked_only_where_they_are(tmp_path: Path, page: str) -> None:
    assert "data_docs" not in page
    (tmp_path / "data_docs").mkdir()
    (tmp_path / "data_docs" / "index.html").write_text("docs")
    linked = write_results_page(tmp_path, RESULTS, {}).read_text(encoding="utf-8")
    assert 'href="data_docs/index.html"' in linked
