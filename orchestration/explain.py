"""One lead's score, told row by row from what is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import warehouse
from orchestration.errors import unusable
from orchestration.movement import Movement, between, table_of
from orchestration.publishing import release
from orchestration.text import signed

if TYPE_CHECKING:
    import duckdb
    from rich.console import Console
    from rich.table import Table

_DIMENSIONS = ("fit", "engagement", "score")
_KINDS = ("rule", "group_limit", "dimension_limit", "predicted", "disqualified", "rounding")
_SUGGESTED = 3
_HISTORY_DAYS = 14
_WIDEST_BAR, _NARROWEST_BAR = 36, 8
_WIDTH_BESIDE_BAR = 74
_HEADINGS = {"fit": "Fit", "engagement": "Engagement", "score": "In the end"}


@dataclass(frozen=True)
class Explanation:
    """A lead's scores and the rows that make them.

    `rows` are contributions in the order of the waterfall, each with `running`, the sum so far. The
    last `running` is the score. `history` holds published days, the oldest first; `movement`
    compares two of them where that was asked for.
    """

    lead: dict[str, Any]
    scores: dict[str, Any]
    rows: list[dict[str, Any]]
    history: list[dict[str, Any]]
    movement: Movement | None
    run_id: str

    def to_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "run_id": self.run_id,
            "lead": self.lead,
            "scores": self.scores,
            "rows": self.rows,
            "total": self.rows[-1]["running"] if self.rows else 0.0,
            "history": self.history,
            "movement": self.movement.to_dict() if self.movement else None,
        }


def explain(
    published: Path,
    lead: str,
    model_version: str | None = None,
    start: date | None = None,
    end: date | None = None,
) -> Explanation:
    """Look a lead up by id, e-mail, earlier id or record id, in the release that is current now.

    Without `model_version` it is the model that `lead_scores` shows. With `start` or `end` it also
    tells how the score moved between these published days. Raises ConfigurationError when nothing
    is published, or the lead, the model or a day is not there.
    """
    folder = release.current(published)
    if folder is None:
        raise unusable(
            str(published), "nothing has been published yet", "Run leadscore score first"
        )
    with warehouse.opened(folder / release.DATABASE, read_only=True) as connection:
        lead_id = _find(connection, lead)
        shown = _one(connection, "select * from lead_scores where lead_id = ?", [lead_id])
        version = model_version or shown["model_version"]
        scores = _scores(connection, lead_id, version)
        lead_ids = _ids(connection, lead_id)
        return Explanation(
            lead={
                name: shown[name]
                for name in ("lead_id", "email", "company_domain", "account_id", "lifecycle_stage")
                if name in shown
            },
            scores=scores,
            rows=_rows(connection, lead_id, version),
            history=_history(connection, lead_ids, version),
            movement=between(connection, lead_ids, version, start, end) if start or end else None,
            run_id=folder.name,
        )


def render(explanation: Explanation, console: Console) -> None:
    """Print the waterfall: each row's points, the sum so far, a bar from one sum to the next."""
    from rich.text import Text

    scores, lead = explanation.scores, explanation.lead
    name = lead["lead_id"] + (f" ({lead['email']})" if lead.get("email") else "")
    console.print(Text(name, style="bold"))
    console.print(
        f"{scores['score']:.2f} points on {scores['score_date']}: {scores['tier']}, "
        f"cell {scores['matrix_cell']}, segment {scores['segment']}, "
        f"model {scores['model_version']}"
    )
    if scores["is_disqualified"]:
        console.print(f"Disqualified: {scores['disqualified_reason']}")
    console.print()
    room = console.width - _WIDTH_BESIDE_BAR
    console.print(_waterfall(explanation, max(_NARROWEST_BAR, min(_WIDEST_BAR, room))))
    console.print()
    if explanation.movement:
        console.print(table_of(explanation.movement))
        console.print()
    console.print(Text("How it moved", style="bold"))
    for day in explanation.history:
        console.print(_day_line(day))
    if len(explanation.history) < 2:
        console.print("  no earlier days are published")


def _day_line(day: dict[str, Any]) -> str:
    line = f"  {day['score_date']}  {day['score']:6.2f}  {day['held_tier']}"
    if day["score_change"]:
        line += f"  {signed(day['score_change'])}"
    if day["changed_most"]:
        most = day["changed_most"].replace("_", " ")
        line += f", most by {most} {signed(day['changed_most_points'])}"
    return line if day["is_final"] else line + " (day not over)"


def _waterfall(explanation: Explanation, bar_width: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("what counted", overflow="fold", max_width=44)
    table.add_column("units", justify="right", no_wrap=True)
    table.add_column("last", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("sum", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, width=bar_width)
    sums = [0.0, *(row["running"] for row in explanation.rows)]
    low, high = min(0.0, *sums), max(1.0, *sums)

    def cell(points: float) -> int:
        return round((points - low) / (high - low) * (bar_width - 1))

    heading = ""
    for before, row in zip(sums, explanation.rows, strict=False):
        if row["dimension"] != heading:
            heading = row["dimension"]
            table.add_row(Text(_HEADINGS.get(heading, heading), style="dim"))
        style = "green" if row["points"] > 0 else "red"
        start = cell(min(before, row["running"]))
        length = cell(max(before, row["running"])) - start
        table.add_row(
            Text("  " + (row["description"] or row["rule_id"])),
            f"{row['units']:.4g}" if row["units"] is not None else "",
            str(row["last_activity_date"] or ""),
            Text(signed(row["points"]), style=style),
            f"{row['running']:.2f}",
            Text(" " * start + ("█" * length or "▏"), style=style),
        )
    total = explanation.scores["score"]
    table.add_row(Text("Score", style="bold"), "", "", "", Text(f"{total:.2f}", style="bold"))
    return table


def _find(connection: duckdb.DuckDBPyConnection, lead: str) -> str:
    """Return the lead id that the text means; raise with the nearest ones when there is none."""
    asked = lead.strip()
    lookups = [
        ("lead_scores", "select lead_id from lead_scores where lead_id = ?"),
        ("lead_scores", "select lead_id from lead_scores where email = lower(?)"),
        ("lead_id_changes", "select lead_id from lead_id_changes where old_lead_id = ?"),
        (
            "lead_members",
            "select lead_id from lead_members where source_record_id = ? "
            "order by source_system = 'custom' desc, lead_id limit 1",
        ),
    ]
    for table, query in lookups:
        if warehouse.has_table(connection, "main", table):
            found = connection.execute(query, [asked]).fetchone()
            if (
                found
                and connection.execute(
                    "select 1 from lead_scores where lead_id = ?", [found[0]]
                ).fetchone()
            ):
                return found[0]
    nearest = connection.execute(
        "select coalesce(if(by_email > by_id, email, lead_id), lead_id) from ("
        "  select lead_id, email, jaro_winkler_similarity(lower(lead_id), lower($asked)) as by_id,"
        "    coalesce(jaro_winkler_similarity(email, lower($asked)), 0) as by_email"
        "  from lead_scores) order by greatest(by_id, by_email) desc, lead_id limit $many",
        {"asked": asked, "many": _SUGGESTED},
    ).fetchall()
    names = [name for (name,) in nearest]
    raise unusable(
        "lead",
        f"{asked!r} has no published score",
        f"Did you mean {', '.join(names)}?" if names else "No lead has a score",
    )


def _scores(connection: duckdb.DuckDBPyConnection, lead_id: str, version: str) -> dict[str, Any]:
    found = _one(
        connection,
        "select * from lead_scores_by_model where lead_id = ? and model_version = ?",
        [lead_id, version],
    )
    if not found:
        versions = connection.execute(
            "select distinct model_version from lead_scores_by_model order by all"
        ).fetchall()
        raise unusable(
            "--model",
            f"{version!r} did not score this lead",
            f"Models in play: {', '.join(name for (name,) in versions)}",
        )
    return found


def _rows(
    connection: duckdb.DuckDBPyConnection, lead_id: str, version: str
) -> list[dict[str, Any]]:
    rows = warehouse.dicts(
        connection,
        "select kind, dimension, rule_group, rule_id, description, points, raw_points, units, "
        "last_activity_date from lead_score_contributions where lead_id = ? and model_version = ?",
        [lead_id, version],
    )
    rows.sort(
        key=lambda row: (
            _position(_KINDS[3:], row["kind"]) if row["kind"] in _KINDS[3:] else -1,
            _position(_DIMENSIONS, row["dimension"]),
            _position(_KINDS, row["kind"]),
            -row["points"],
            row["rule_group"],
            row["rule_id"],
        )
    )
    running = 0.0
    for row in rows:
        running += row["points"]
        row["running"] = round(running, 6)
    return rows


def _ids(connection: duckdb.DuckDBPyConnection, lead_id: str) -> list[str]:
    """The lead's id and those that it was published with before.

    A release of a version that kept no history has neither these ids nor earlier days.
    """
    if not warehouse.has_table(connection, "main", "lead_id_changes"):
        return [lead_id]
    rows = connection.execute(
        "select old_lead_id from lead_id_changes where lead_id = ?", [lead_id]
    ).fetchall()
    return [lead_id, *(old for (old,) in rows)]


def _history(
    connection: duckdb.DuckDBPyConnection, lead_ids: list[str], version: str
) -> list[dict[str, Any]]:
    if not warehouse.has_table(connection, "main", release.HISTORY_MART):
        return []
    days = warehouse.dicts(
        connection,
        "select score_date, score, score_change, held_tier, changed_most, changed_most_points, "
        "is_final from lead_score_history "
        "where lead_id in (select unnest(?)) and model_version = ? "
        "qualify row_number() over (partition by score_date order by score desc) = 1 "
        "order by score_date desc limit ?",
        [lead_ids, version, _HISTORY_DAYS],
    )
    return days[::-1]


def _position(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _one(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any]) -> dict[str, Any]:
    rows = warehouse.dicts(connection, query, values)
    return rows[0] if rows else {}
