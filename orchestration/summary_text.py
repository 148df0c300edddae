"""What a run ends with, for people to read in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from orchestration.terminal import command
from orchestration.text import bar, count

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.settings import Settings

_INTAKE_COLUMNS = (
    "raw",
    "activities",
    "duplicates",
    "quarantined",
    "waiting",
    "future",
    "voided",
    "erased",
)
_SHOWN_WARNINGS = 8


def render(summary: dict[str, Any], console: Console, settings: Settings) -> None:
    """Print a summary for people."""
    if not summary["is_new"]:
        console.print(
            f"Nothing has changed since run {summary['run_id']}; what it published stays. "
            "To run all the same: --again"
        )
    _render_tiers(summary, console)
    _render_best(summary, console)
    _render_checks(summary, console)
    _render_intake(summary, console)
    _render_warnings(summary, console)
    _render_places(summary, console, settings)


def render_blocked(failures: list[dict[str, Any]], console: Console, page: Path) -> None:
    """Say which checks stopped the run, on what, and what to do."""
    console.print(Text("Stopped by a check; nothing was published.", style="bold red"))
    for failure in failures:
        console.print(Text(f"  ✗ {failure['name']}", style="red"), f"on {failure['table']}")
        console.print(f"    {failure['message']}")
    console.print("What readers see is the last good release, unchanged.")
    names = " ".join(f"--accept {f['name']}" for f in failures if f["can_be_accepted"])
    if names:
        console.print(f"If the change is right: {command()} score {names}")
    console.print(f"All checks: {_shown(page)}")


def _render_tiers(summary: dict[str, Any], console: Console) -> None:
    when = summary["score_date"] + ("" if summary["is_latest"] else " (an earlier day)")
    console.print(Text(f"{count(summary['leads'])} leads scored for {when}", style="bold"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    styles = {"Hot": "red", "Warm": "yellow", "Cold": "blue"}
    for row in summary["tiers"]:
        table.add_row(
            f"  {row['tier']}",
            count(row["leads"]),
            f"{row['share']:.1%}",
            Text(bar(row["share"]), style=styles.get(row["tier"], "dim")),
        )
    console.print(table)
    console.print()


def _render_best(summary: dict[str, Any], console: Console) -> None:
    if not summary["best"]:
        return
    console.print(Text("The best leads and why", style="bold"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", max_width=46)
    table.add_column(overflow="fold", ratio=1)
    for row in summary["best"]:
        table.add_row(
            f"  {row['score']:.2f}", row["tier"], row["email"] or row["lead_id"], row["top_reasons"]
        )
    console.print(table)
    console.print()


def _render_checks(summary: dict[str, Any], console: Console) -> None:
    checks = summary["checks"]
    line = Text("Checks: ", style="bold")
    line.append(f"{len(checks['passed'])} passed", style="green")
    if checks["warned"]:
        line.append(f", {len(checks['warned'])} warned", style="yellow")
    if checks["skipped"]:
        line.append(f", {len(checks['skipped'])} skipped (nothing to compare with)", style="dim")
    console.print(line)
    for warned in checks["warned"]:
        accepted = " (accepted)" if warned["name"] in summary["accepted"] else ""
        console.print(f"  {warned['name']}{accepted}: {warned['message']}")
    console.print()


def _render_intake(summary: dict[str, Any], console: Console) -> None:
    rows = [row for row in summary["intake"] if row["raw"]]
    if not rows:
        return
    shown = [n for n in _INTAKE_COLUMNS if n in ("raw", "activities") or any(r[n] for r in rows)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Rows that came in")
    for name in shown:
        table.add_column("used" if name == "activities" else name, justify="right")
    for row in rows:
        table.add_row(
            f"  {row['source_system']}.{row['source_table']}", *(count(row[n]) for n in shown)
        )
    console.print(table)
    console.print()


def _render_warnings(summary: dict[str, Any], console: Console) -> None:
    warnings = summary["warnings"]
    if not warnings:
        return
    console.print(Text("Worth a look", style="bold yellow"))
    for warning in warnings[:_SHOWN_WARNINGS]:
        console.print(f"  {warning}")
    if len(warnings) > _SHOWN_WARNINGS:
        console.print(f"  and {len(warnings) - _SHOWN_WARNINGS} more: {command()} check")
    console.print()


def _render_places(summary: dict[str, Any], console: Console, settings: Settings) -> None:
    published = summary["published"]
    console.print(Text("Published", style="bold"))
    for name in ("duckdb", "parquet", "manifest"):
        console.print(f"  {_shown(Path(published[name]))}")
    console.print(f"  {_shown(Path(summary['checks_page']))} shows the checks")
    console.print()
    console.print(Text("What to try next", style="bold"))
    if summary["best"]:
        lead = summary["best"][0]["email"] or summary["best"][0]["lead_id"]
        console.print(f"  {command()} explain {lead}")
    console.print(f"  edit seeds/scoring/engagement_rules.csv, then {command()} check")
    console.print("  make ui shows the pipeline in a browser")
    if settings.sources:
        landing = _shown(settings.landing / settings.sources[0])
        console.print(f"  land your own Parquet files below {landing}")


def _shown(path: Path) -> str:
    """A path as short as it can be typed from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
