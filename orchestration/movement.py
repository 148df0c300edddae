"""How a lead's published score moved between two days, row by row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from orchestration import warehouse
from orchestration.errors import unusable
from orchestration.publishing import release
from orchestration.text import signed

if TYPE_CHECKING:
    import duckdb
    from rich.table import Table

_SEED_OF_DIMENSION = {"fit": "fit_rules", "engagement": "engagement_rules"}
_TRACE = 5e-7  # points are rounded to 6 decimals
_NAMED_DAYS = 5
_KEY = ("kind", "dimension", "rule_group", "rule_id")
_WEIGHS_NOTHING = {"description"}


@dataclass(frozen=True)
class Movement:
    """Two published days of one lead and model, and what each row of the score did in between.

    Each row has `what` (came, went, did more, did less, decayed, more recent, weight changed,
    segment changed, new rule, rule removed, limit, rounding), `points_before`, `points_after` and
    `change`, in points of the score. The sum of `change` is the difference of the scores.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    rows: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        days = {
            name: {key: day[key] for key in ("score_date", "score", "tier", "held_tier")}
            for name, day in (("from", self.before), ("to", self.after))
        }
        return {**days, "change": self.change, "rows": self.rows}

    @property
    def change(self) -> float:
        """Points that the score gained or lost."""
        return round(self.after["score"] - self.before["score"], 2)


def between(
    connection: duckdb.DuckDBPyConnection,
    lead_ids: list[str],
    version: str,
    start: date | None,
    end: date | None,
) -> Movement:
    """Compare two published days; without `start` the one before `end`, without `end` the last.

    `lead_ids` are the lead's present id and those it had. Raises ConfigurationError when a day
    is not published for the lead, with those that are.
    """
    if not warehouse.has_table(connection, "main", release.HISTORY_MART):
        raise unusable("--from", "what is published has no history yet", "Run leadscore score")
    days = _days(connection, lead_ids, version)
    last = _pick(days, end, "--to", days[-1:])
    first = _pick(days, start, "--from", [day for day in days if day < last][-1:])
    before = _one(connection, lead_ids, version, first)
    after = _one(connection, lead_ids, version, last)
    return Movement(before, after, _rows(connection, version, before, after))


def table_of(movement: Movement) -> Table:
    """Draw the rows that moved, what moved most first."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("what moved", overflow="fold", max_width=44)
    table.add_column("how", no_wrap=True)
    table.add_column(str(movement.before["score_date"]), justify="right", no_wrap=True)
    table.add_column(str(movement.after["score_date"]), justify="right", no_wrap=True)
    table.add_column("change", justify="right", no_wrap=True)
    for row in movement.rows:
        style = "green" if row["change"] > 0 else "red"
        table.add_row(
            Text("  " + row["description"]),
            row["what"],
            f"{row['points_before']:.2f}",
            f"{row['points_after']:.2f}",
            Text(signed(row["change"]), style=style),
        )
    table.add_row(
        Text("Score", style="bold"),
        "",
        f"{movement.before['score']:.2f}",
        Text(f"{movement.after['score']:.2f}", style="bold"),
        Text(signed(movement.change), style="bold"),
    )
    return table


def _days(connection: duckdb.DuckDBPyConnection, lead_ids: list[str], version: str) -> list[date]:
    rows = connection.execute(
        "select distinct score_date from lead_score_history "
        "where lead_id in (select unnest(?)) and model_version = ? order by score_date",
        [lead_ids, version],
    ).fetchall()
    return [day for (day,) in rows]


def _pick(days: list[date], wanted: date | None, option: str, default: list[date]) -> date:
    if wanted is None and default:
        return default[0]
    if wanted in days:
        return wanted
    named = sorted(days, key=lambda day: abs((day - wanted).days) if wanted else 0)[:_NAMED_DAYS]
    raise unusable(
        option,
        f"nothing was published for this lead on {wanted}"
        if wanted
        else "there is no earlier published day to compare with",
        f"Published days nearby: {', '.join(str(day) for day in sorted(named))}"
        if named
        else "Days are kept from the first run on: leadscore score",
    )


def _one(
    connection: duckdb.DuckDBPyConnection, lead_ids: list[str], version: str, day: date
) -> dict[str, Any]:
    [row] = warehouse.dicts(
        connection,
        "select score_date, score, tier, held_tier, segment, weights_hash, run_id, contributions "
        "from lead_score_history "
        "where lead_id in (select unnest(?)) and model_version = ? and score_date = ? "
        "order by score desc limit 1",
        [lead_ids, version, day],
    )
    return row


def _rows(
    connection: duckdb.DuckDBPyConnection,
    version: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> list[dict[str, Any]]:
    old = {tuple(row[name] for name in _KEY): row for row in before["contributions"]}
    new = {tuple(row[name] for name in _KEY): row for row in after["contributions"]}
    old_weights = _weights(connection, version, before["weights_hash"])
    new_weights = _weights(connection, version, after["weights_hash"])
    segments = before["segment"], after["segment"]
    rows = []
    for key in old.keys() | new.keys():
        was, now = old.get(key), new.get(key)
        points = [row["points"] if row else 0.0 for row in (was, now)]
        if abs(points[1] - points[0]) < _TRACE:
            continue
        rows.append(
            {
                **dict(zip(_KEY, key, strict=True)),
                "description": _description(key, new_weights) or _description(key, old_weights),
                "what": _what(key, was, now, old_weights, new_weights, segments),
                "points_before": points[0],
                "points_after": points[1],
                "change": round(points[1] - points[0], 6),
            }
        )
    return sorted(rows, key=lambda row: (-abs(row["change"]), *(row[name] for name in _KEY)))


def _what(
    key: tuple[str, ...],
    was: dict[str, Any] | None,
    now: dict[str, Any] | None,
    old_weights: dict[str, list[dict]],
    new_weights: dict[str, list[dict]],
    segments: tuple[str, str],
) -> str:
    if key[0] != "rule":
        return "limit" if key[0].endswith("_limit") else key[0]
    then, since = segments
    if was is None:
        if not _rule(key, old_weights):
            return "new rule"
        return "came" if _applied(key, old_weights, then) else "segment changed"
    if now is None:
        if not _rule(key, new_weights):
            return "rule removed"
        return "went" if _applied(key, new_weights, since) else "segment changed"
    weighed = _weighed(key, new_weights, since)
    if _weighed(key, old_weights, since) != weighed:
        return "weight changed"
    if _weighed(key, new_weights, then) != weighed:
        return "segment changed"
    if was["units"] != now["units"]:
        return "did more" if (now["units"] or 0) > (was["units"] or 0) else "did less"
    return "decayed" if abs(now["points"]) < abs(was["points"]) else "more recent"


def _weighed(key: tuple[str, ...], weights: dict[str, list[dict]], segment: str) -> list[dict]:
    """What a rule weighs for a segment: its row without words, and its dimension's weight."""
    shares = [{"weight": row.get(f"{key[1]}_weight")} for row in weights.get("score_models", [])]
    cells = [
        {name: cell for name, cell in row.items() if name not in _WEIGHS_NOTHING}
        for row in _applied(key, weights, segment)
    ]
    return shares + cells


def _applied(key: tuple[str, ...], weights: dict[str, list[dict]], segment: str) -> list[dict]:
    """A rule's row for a segment, else its general one; none where it has neither."""
    rows = _rule(key, weights)
    own = [row for row in rows if row.get("segment") == segment]
    return own or [row for row in rows if not row.get("segment")]


def _rule(key: tuple[str, ...], weights: dict[str, list[dict]]) -> list[dict]:
    """All rows of a rule: the general one and those of segments."""
    return [
        row
        for row in weights.get(_SEED_OF_DIMENSION.get(key[1], ""), [])
        if row["rule_id"] == key[3]
    ]


def _description(key: tuple[str, ...], weights: dict[str, list[dict]]) -> str:
    rules = _rule(key, weights) if key[0] == "rule" else []
    if rules and rules[0].get("description"):
        return rules[0]["description"]
    name = key[2] if key[0] == "group_limit" else ""
    return "" if rules else f"{name} {key[3]}".replace("_", " ").strip()


def _weights(
    connection: duckdb.DuckDBPyConnection, version: str, weights_hash: str
) -> dict[str, list[dict]]:
    """The seeds' rows that a hash stands for, by seed."""
    rows = connection.execute(
        "select seed, seed_row from weights_history "
        "where model_version = ? and weights_hash = ? order by seed, seed_row",
        [version, weights_hash],
    ).fetchall()
    weights: dict[str, list[dict]] = {}
    for seed, row in rows:
        weights.setdefault(seed, []).append(json.loads(row))
    return weights
