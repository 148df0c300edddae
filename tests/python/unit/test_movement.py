"""What `leadscore explain` says of each reason for which a score moved between two days."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import duckdb
import pytest

from orchestration import movement
from orchestration.errors import ConfigurationError

FIRST, LAST = date(2024, 3, 4), date(2024, 3, 5)

# The rules of each day, and each rule's points and units on it; None where it gave nothing.
RULES = {
    "came": (3, 3),
    "went": (3, 3),
    "more": (3, 3),
    "less": (3, 3),
    "faded": (3, 3),
    "heavier": (3, 4),
    "new": (None, 3),
    "removed": (3, None),
    "same": (3, 3),
    "again": (3, 3),
    "renamed": (3, 3),
    "of_a_segment": (3, 3),
    "penalty": (-3, -3),
    "only_for_banks": (3, 3),
}
DAYS: dict[str, tuple[tuple[float, float] | None, tuple[float, float] | None]] = {
    "came": (None, (3.0, 1)),
    "went": ((2.5, 1), None),
    "more": ((3.0, 1), (5.5, 2)),
    "less": ((6.0, 2), (2.75, 1)),
    "faded": ((3.0, 1), (2.9, 1)),
    "heavier": ((3.0, 1), (4.0, 1)),
    "new": (None, (3.5, 1)),
    "removed": ((1.5, 1), None),
    "same": ((3.0, 1), (3.0, 1)),
    "again": ((2.0, 1), (2.8, 1)),
    "renamed": ((3.0, 1), (2.8, 1)),
    "of_a_segment": ((3.0, 1), (6.0, 1)),
    "penalty": ((-3.0, 1), (-2.0, 1)),
    "only_for_banks": (None, (1.25, 1)),
}
LIMITS = (-1.0, -3.25)
WHAT = {
    "came": "came",
    "went": "went",
    "more": "did more",
    "less": "did less",
    "faded": "decayed",
    "heavier": "weight changed",
    "new": "new rule",
    "removed": "rule removed",
    "again": "more recent",
    "renamed": "decayed",
    "of_a_segment": "segment changed",
    "penalty": "decayed",
    "only_for_banks": "segment changed",
}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """A release with two published days of one lead, who was called `old` on the first."""
    made = duckdb.connect()
    made.execute(
        "create table lead_score_history (lead_id text, model_version text, score_date date, "
        "score double, tier text, held_tier text, segment text, weights_hash text, run_id text, "
        "contributions "
        "struct(kind text, dimension text, rule_group text, rule_id text, points double, "
        "units double)[])"
    )
    made.execute(
        "create table weights_history "
        "(model_version text, weights_hash text, seed text, seed_row text)"
    )
    for number, (lead, day) in enumerate((("old", FIRST), ("ann", LAST))):
        rows = [contribution(rule, *given[number]) for rule, given in DAYS.items() if given[number]]
        rows.append(contribution("limit", LIMITS[number], None, "group_limit"))
        made.execute(
            "insert into lead_score_history values (?, 'v1', ?, ?, 'Warm', 'Warm', ?, ?, 'r', ?)",
            [
                *(lead, day, sum(row["points"] for row in rows)),
                *(("default", "banks")[number], f"hash {number}", rows),
            ],
        )
        made.executemany(
            "insert into weights_history values ('v1', ?, 'engagement_rules', ?)",
            [
                (f"hash {number}", json.dumps(row))
                for rule, points in RULES.items()
                for row in seed_rows(rule, points[number], number)
            ],
        )
    return made


def seed_rows(rule: str, points: float | None, day: int) -> list[dict[str, Any]]:
    """A rule's rows on a day. Descriptions and the rows of other segments change all the time."""
    if points is None:
        return []
    rows: list[dict[str, Any]] = [{"rule_id": rule, "points": points, "segment": None}]
    if rule == "renamed":
        rows[0]["description"] = f"Name of day {day}"
        rows.append({"rule_id": rule, "points": 10 + day, "segment": "shops"})
    if rule == "only_for_banks":
        rows[0]["segment"] = "banks"
    if rule == "of_a_segment":
        rows.append({"rule_id": rule, "points": 6, "segment": "banks"})
    return rows


def contribution(
    rule: str, points: float, units: float | None, kind: str = "rule"
) -> dict[str, Any]:
    return {
        "kind": kind,
        "dimension": "engagement",
        "rule_group": "visits",
        "rule_id": rule,
        "points": points,
        "units": units,
    }


def test_each_row_says_why_it_moved_and_one_that_did_not_is_left_out(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    moved = movement.between(connection, ["ann", "old"], "v1", None, None)
    said = {row["rule_id"]: row["what"] for row in moved.rows}
    assert said == WHAT | {"limit": "limit"}


def test_the_changes_of_all_rows_are_the_change_of_the_score_and_the_largest_comes_first(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    moved = movement.between(connection, ["ann", "old"], "v1", FIRST, LAST)
    changes = [row["change"] for row in moved.rows]
    assert sum(changes) == pytest.approx(moved.after["score"] - moved.before["score"], abs=1e-6)
    assert sum(changes) == pytest.approx(moved.change, abs=0.005)
    assert [abs(change) for change in changes] == sorted(map(abs, changes), reverse=True)
    assert moved.rows[0]["rule_id"] == "new"


def test_other_weights_of_the_dimensions_are_a_change_of_weight_in_every_row(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for number, weight in enumerate((0.5, 0.6)):
        connection.execute(
            "insert into weights_history values ('v1', ?, 'score_models', ?)",
            [f"hash {number}", json.dumps({"engagement_weight": weight, "fit_weight": 1})],
        )
    moved = movement.between(connection, ["ann", "old"], "v1", None, None)
    said = {row["rule_id"]: row["what"] for row in moved.rows}
    assert {said[rule] for rule in ("more", "less", "faded", "heavier")} == {"weight changed"}
    assert said["came"] == "came"


def test_another_weight_of_another_dimension_changes_no_row(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for number in (0, 1):
        row = {"engagement_weight": 0.5, "fit_weight": 0.4 + number / 10, "traffic_share": number}
        connection.execute(
            "insert into weights_history values ('v1', ?, 'score_models', ?)",
            [f"hash {number}", json.dumps(row)],
        )
    moved = movement.between(connection, ["ann", "old"], "v1", None, None)
    said = {row["rule_id"]: row["what"] for row in moved.rows}
    assert said == WHAT | {"limit": "limit"}


@pytest.mark.parametrize(
    ("start", "end", "option"),
    [(date(2024, 1, 1), None, "--from"), (None, date(2024, 1, 1), "--to"), (None, FIRST, "--from")],
)
def test_a_day_that_was_not_published_is_refused_with_those_that_were(
    connection: duckdb.DuckDBPyConnection, start: date | None, end: date | None, option: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        movement.between(connection, ["ann", "old"], "v1", start, end)
    [problem] = refused.value.problems
    assert option in str(problem)
    assert "2024-03-04, 2024-03-05" in str(problem)
