"""The reference against figures worked out by hand from the contract's text."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from landing_rows import CONTRACT, RawRow, parse_decimal, plain_decimal
from random_seeds import COLUMNS
from reference import Scores, score_rows
from reference_text import REFERENCE_SEEDS, domain_of, has_word, round_2, round_6

DAY = date(2024, 3, 31)
MARCH_1 = datetime(2024, 3, 1, 12)
DEFAULTS = {
    "score_models": {"role": "champion", "fit_weight": "0.5", "engagement_weight": "0.5"},
    "fit_rules": {"rule_group": "firm", "operator": "equals"},
    "engagement_rules": {"rule_group": "web", "activity_type": "page_view", "measure": "events"},
}


def rows_of(table: str, *given: dict[str, Any]) -> list[RawRow]:
    return [RawRow(table, "a.parquet", number, values) for number, values in enumerate(given)]


def lead(**given: Any) -> dict[str, Any]:
    return {"lead_id": "L1", "created_at": MARCH_1, **given}


def visit(day: int, **given: Any) -> dict[str, Any]:
    number = len(CLOCK)
    CLOCK.append(number)
    at = datetime(2024, 3, day, 10)
    return {
        **{"event_id": f"e{number}", "lead_id": "L1", "event_type": "page_view", "occurred_at": at},
        **given,
    }


CLOCK: list[int] = []


def score(raw: dict[str, list[dict[str, Any]]], **given: list[dict[str, Any]]) -> Scores:
    """Scores rows with one model `v1`, half fit and half engagement, unless `given` says more."""
    seeds = {name: [] for name in (*COLUMNS, *REFERENCE_SEEDS)}
    starts = {"score_tiers": ("tier", "Cold"), "fit_grades": ("grade", "D")}
    starts |= {"engagement_levels": ("level", "1")}
    given.setdefault("score_models", [{}])
    for seed, (name, first) in starts.items():
        given[seed] = [{name: first, "min_score": "0"}, *given.get(seed, [])]
    groups = given.setdefault("score_groups", [])
    for dimension, group in (("fit", "firm"), ("engagement", "web")):
        if not any(row["rule_group"] == group for row in groups):
            groups.append({"dimension": dimension, "rule_group": group})
    for seed, rows in given.items():
        for number, row in enumerate(rows):
            blank = dict.fromkeys(COLUMNS.get(seed, "").split())
            first = {"model_version": "v1", "rule_id": f"r{number}"}
            seeds[seed].append(blank | first | DEFAULTS.get(seed, {}) | row)
    landing = {table: rows_of(table, *raw.get(table, [])) for table in CONTRACT}
    return score_rows(landing, seeds, DAY)


def only(scores: Scores) -> dict[str, Any]:
    assert len(scores.lead_scores) == 1
    return scores.lead_scores[0]


def engagement(events: list[dict[str, Any]], **rule: Any) -> float:
    """The engagement score of one lead with these events under one rule."""
    rule = {"points": "10", **rule}
    return only(score({"leads": [lead()], "events": events}, engagement_rules=[rule]))[
        "engagement_score"
    ]


def counts(scores: Scores, table: str) -> dict[str, int]:
    row = next(row for row in scores.intake_counts if row["source_table"] == table)
    return {name: count for name, count in row.items() if name != "source_table" and count}


def test_a_lead_without_any_points_scores_0_in_the_lowest_tier():
    row = only(score({"leads": [lead()]}))
    assert (row["score"], row["tier"], row["matrix_cell"]) == (0, "Cold", "D1")
    assert not row["has_reasons"]


def test_half_life_halves_the_points_of_a_visit_after_that_many_days():
    # Ages on 31 March: 0, 7 and 14 days. 10 × (1 + 0.5 + 0.25)
    events = [visit(31), visit(24), visit(17)]
    assert engagement(events, decay="half_life", decay_days="7") == 17.5


def test_linear_and_step_decay_end_when_the_age_reaches_their_days():
    events = [visit(31), visit(26), visit(21)]
    assert engagement(events, decay="linear", decay_days="10") == 15
    assert engagement(events, decay="step", decay_days="5") == 10


def test_a_window_leaves_out_the_day_whose_age_equals_it():
    assert engagement([visit(31), visit(25), visit(24)], window_days="7") == 20


def test_a_daily_limit_bounds_each_day_before_the_decay():
    # min(3, 2) × 1 + 1 × 0.5
    events = [visit(31), visit(31), visit(31), visit(24)]
    assert engagement(events, daily_limit="2", decay="half_life", decay_days="7") == 25


def test_minutes_are_seconds_summed_by_day_and_missing_is_0():
    events = [visit(31, duration_seconds=90.0), visit(31, duration_seconds=None)]
    assert engagement(events, measure="minutes") == 15


def test_a_threshold_gives_its_points_once_weighed_by_the_latest_day():
    rule = {"min_units": "2", "decay": "half_life", "decay_days": "7"}
    assert engagement([visit(24), visit(3)], **rule) == 5
    assert engagement([visit(24)], **rule) == 0


def test_a_rate_divides_by_the_events_of_its_other_type():
    rate = {"measure": "rate", "activity_type": "email_click", "per_activity_type": "email_open"}
    opens = [visit(day, event_type="email_open") for day in (1, 2, 3, 4)]
    clicks = [visit(5, event_type="Email_Click ")]
    assert engagement(opens + clicks, **rate, min_units="0.25") == 10
    assert engagement(opens + clicks, **rate, min_units="0.26") == 0
    assert engagement(clicks, **rate, min_units="0.01") == 0


def test_inactivity_counts_days_since_the_last_visit_else_since_creation():
    rule = {"measure": "days_inactive", "min_units": "30"}
    assert engagement([], **rule) == 10
    assert engagement([visit(2)], **rule) == 0


def test_max_points_bounds_a_rule_on_both_sides():
    assert engagement([visit(1), visit(2)], max_points="12.5") == 12.5
    scores = score(
        {"leads": [lead()], "events": [visit(1), visit(2)]},
        engagement_rules=[{"points": "-10", "max_points": "12.5"}],
    )
    assert [row["raw_points"] for row in scores.lead_score_contributions] == [-12.5, None]


def test_automated_activities_count_only_where_the_rule_says_so():
    agents = [{"pattern": "bot/"}]
    events = [visit(1, user_agent="GoogleBot/2.1"), visit(1, is_automated=True), visit(1)]
    for count_automated, expected in ((None, 10), ("true", 30)):
        scores = score(
            {"leads": [lead()], "events": events},
            engagement_rules=[{"points": "10", "count_automated": count_automated}],
            automated_user_agents=agents,
        )
        assert only(scores)["engagement_score"] == expected


def test_an_asset_operator_never_matches_a_missing_asset():
    events = [visit(1, asset=None), visit(1, asset=" /Pricing ")]
    assert engagement(events, asset_operator="equals", asset_value="/docs|/pricing") == 10


def test_rows_of_the_contributions_sum_to_the_score():
    # Fit: group 30 bounded to 25. Engagement: 130 bounded to 100.
    # 0.35 × 25 + 0.65 × 100 = 73.75; with 25.01: 73.7535, rounded 73.75, rounding −0.0035.
    scores = score(
        {"leads": [lead(industry="Software")], "events": [visit(day) for day in range(1, 14)]},
        score_models=[{"fit_weight": "0.35", "engagement_weight": "0.65"}],
        fit_rules=[{"attribute": "industry", "value": "software", "points": "30"}],
        engagement_rules=[{"points": "10"}],
        score_groups=[{"dimension": "fit", "rule_group": "firm", "max_points": "25.01"}],
    )
    moved = {(r["kind"], r["dimension"]): r["points"] for r in scores.lead_score_contributions}
    assert moved == pytest.approx(
        {
            ("rule", "fit"): 10.5,
            ("group_limit", "fit"): -1.7465,
            ("rule", "engagement"): 84.5,
            ("dimension_limit", "engagement"): -19.5,
            ("rounding", "score"): -0.0035,
        }
    )
    assert only(scores)["score"] == 73.75 == pytest.approx(sum(moved.values()))


def test_a_disqualified_lead_scores_0_and_keeps_its_dimensions():
    rules = [
        {
            "rule_id": "b",
            "attribute": "job_title",
            "operator": "has_word",
            "value": "intern",
            "reason": "B",
        },
        {"rule_id": "a", "attribute": "job_title", "operator": "is_present", "reason": "A"},
    ]
    scores = score(
        {"leads": [lead(job_title="Sales Intern")]},
        fit_rules=[{"attribute": "job_title", "operator": "is_present", "points": "30"}],
        disqualification_rules=rules,
    )
    row = only(scores)
    assert (row["score"], row["tier"], row["disqualified_reason"]) == (0, "Disqualified", "A")
    assert row["fit_score"] == 30
    assert [r["points"] for r in scores.lead_score_contributions] == [15, -15]


def test_a_tier_needs_its_fit_and_engagement_minimums_too():
    warm = {"tier": "Warm", "min_score": "10"}
    hot = {"tier": "Hot", "min_score": "20", "min_fit_score": "5"}
    events = [visit(day) for day in (1, 2, 3, 4, 5)]
    scores = score(
        {"leads": [lead()], "events": events},
        engagement_rules=[{"points": "10"}],
        score_tiers=[warm, hot],
    )
    assert (only(scores)["score"], only(scores)["tier"]) == (25, "Warm")


def test_a_segment_row_takes_the_place_of_the_general_row():
    segment = {"segment": "soft", "priority": "1", "attribute": "industry", "operator": "equals"}
    rules = [
        {"rule_id": "r", "attribute": "industry", "operator": "is_present", "points": "10"},
        {
            "rule_id": "r",
            "attribute": "industry",
            "value": "other",
            "points": "50",
            "segment": "soft",
        },
    ]
    leads = [lead(industry="Software"), lead(lead_id="L2", industry="Retail")]
    scores = score(
        {"leads": leads}, score_segments=[{**segment, "value": "software"}], fit_rules=rules
    )
    found = {row["lead_id"]: (row["segment"], row["fit_score"]) for row in scores.lead_scores}
    assert found == {"L1": ("soft", 0), "L2": ("default", 10)}


def test_records_with_one_email_are_one_lead_named_after_the_oldest():
    old = lead(
        lead_id="Z",
        email="Ann@x.com",
        created_at=datetime(2024, 1, 1),
        industry="Old",
        country="DE",
    )
    new = lead(lead_id="A", email=" ann@X.com", industry="New")
    scores = score(
        {
            "leads": [old, new],
            "events": [visit(1, lead_id="A"), visit(2, lead_id=None, email="ANN@x.com")],
        },
        engagement_rules=[{"points": "10"}],
        fit_rules=[
            {"attribute": "industry", "value": "new", "points": "7"},
            {"attribute": "country", "value": "de", "points": "1"},
        ],
    )
    row = only(scores)
    assert (row["lead_id"], row["fit_score"], row["engagement_score"]) == ("Z", 8, 20)


def test_the_latest_link_owns_all_events_of_an_anonymous_id():
    leads = [lead(), lead(lead_id="L2", email="b@x.com")]
    events = [visit(day, lead_id=None, anonymous_id="x") for day in (1, 20)]
    links = [
        {"anonymous_id": "x", "lead_id": "L1", "occurred_at": datetime(2024, 3, 5)},
        {"anonymous_id": "x", "email": "B@x.com", "occurred_at": datetime(2024, 3, 6)},
        {"anonymous_id": "x", "lead_id": "L1", "occurred_at": datetime(2024, 4, 1)},
    ]
    scores = score(
        {"leads": leads, "events": events, "identities": links}, engagement_rules=[{"points": "10"}]
    )
    found = {row["lead_id"]: row["engagement_score"] for row in scores.lead_scores}
    assert found == {"L1": 0, "L2": 20}
    assert counts(scores, "identities") == {"raw": 3, "activities": 2, "future": 1}


def test_each_raw_event_counts_in_the_first_fate_that_fits():
    events = [
        visit(1, event_id="a", loaded_at=datetime(2024, 3, 1, 11)),
        visit(2, event_id="a", loaded_at=datetime(2024, 3, 3), is_deleted=True),
        visit(2, event_id="b", loaded_at=datetime(2024, 3, 1, 9)),
        visit(1, lead_id="unknown"),
        visit(1, lead_id=None, email="no mail"),
        {**visit(1), "occurred_at": datetime(2024, 4, 1)},
        visit(31),
    ]
    scores = score({"leads": [lead()], "events": events}, engagement_rules=[{"points": "10"}])
    expected = {"raw": 7, "activities": 1, "duplicates": 1, "quarantined": 2, "waiting": 1}
    assert counts(scores, "events") == expected | {"future": 1, "voided": 1}
    assert only(scores)["engagement_score"] == 10


def test_privacy_requests_take_leads_out_of_the_scores():
    leads = [lead(), lead(lead_id="L2"), lead(lead_id="L3", email="c@x.com")]
    requests = [
        {"lead_id": "L1", "request": "do_not_score", "requested_at": datetime(2024, 3, 31, 23)},
        {"email": "c@x.com", "request": "erase", "requested_at": datetime(2024, 3, 2)},
        {"lead_id": "L2", "request": "erase", "requested_at": datetime(2024, 4, 1)},
    ]
    events = [visit(1), visit(1, lead_id="L3")]
    scores = score({"leads": leads, "events": events, "privacy_requests": requests})
    assert only(scores)["lead_id"] == "L2"
    assert [row["lead_id"] for row in scores.lead_members] == ["L2"]
    assert counts(scores, "leads") == {"raw": 3, "activities": 2, "erased": 1}
    assert counts(scores, "events") == {"raw": 2, "activities": 1, "erased": 1}


def test_given_attributes_override_columns_even_when_empty_but_not_with_future_rows():
    given = [
        {"lead_id": "L1", "attribute": " Industry ", "value_text": None, "updated_at": MARCH_1},
        {"lead_id": "L1", "attribute": "nps", "value_number": 7.0, "updated_at": MARCH_1},
        {
            "lead_id": "L1",
            "attribute": "nps",
            "value_number": 9.0,
            "updated_at": datetime(2024, 4, 1),
        },
    ]
    scores = score(
        {"leads": [lead(industry="Software")], "lead_attributes": given},
        fit_rules=[
            {"attribute": "industry", "operator": "is_empty", "points": "1"},
            {"attribute": "NPS", "operator": "between", "value": "7..8", "points": "2"},
            {"attribute": "nps", "value": "7", "points": "4"},
        ],
    )
    assert only(scores)["fit_score"] == 7
    assert counts(scores, "lead_attributes") == {"raw": 3, "activities": 2, "future": 1}


def test_an_account_fills_empty_columns_and_is_found_by_a_business_email_only():
    accounts = [
        {"account_id": "1", "domain": "https://www.Acme.com/x", "industry": "Software"},
        {"account_id": "2", "domain": "free.com", "industry": "Software"},
    ]
    leads = [
        lead(email="a@acme.com"),
        lead(lead_id="L2", email="b@free.com"),
        lead(lead_id="L3", email="c@acme.com", industry="Retail"),
    ]
    scores = score(
        {"leads": leads, "accounts": accounts},
        free_email_domains=[{"domain": "free.com"}],
        fit_rules=[{"attribute": "industry", "value": "software", "points": "5"}],
    )
    found = {r["lead_id"]: (r["account_id"], r["fit_score"]) for r in scores.lead_scores}
    assert found == {"L1": ("1", 5), "L2": (None, 0), "L3": ("1", 0)}


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("cto, emea", "cto", True),
        ("director", "cto", False),
        ("head of r&d", "r&d", True),
        ("c++ developer", "c++", True),
        ("vp_sales", "vp", True),
        ("écto", "cto", False),
        ("acto cto", "cto", True),
        ("vp2", "vp", False),
    ],
)
def test_words_end_at_whatever_is_no_letter_or_digit(text, word, expected):
    assert has_word(text, word) is expected


def test_numbers_and_texts_of_attributes():
    assert [plain_decimal(n) for n in (500.0, 2.5, 1e16, 1e-05, -0.0)] == [
        *("500", "2.5", "10000000000000000", "0.00001", "0"),
    ]
    assert [parse_decimal(t) for t in ("+3", ".5", "5.", " 7 ")] == [3, 0.5, 5, 7]
    assert [parse_decimal(t) for t in ("1e3", "1,000", "", ".", "nan", None)] == [None] * 6


def test_rounding_is_half_away_from_zero():
    assert (round_2(2.675), round_2(0.125), round_6(-0.0000005)) == (2.68, 0.13, -0.000001)


def test_domains_lose_scheme_www_and_path():
    assert domain_of(" HTTPS://www.Acme.com/a/b ") == "acme.com"
