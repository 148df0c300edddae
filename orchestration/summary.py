"""What a run ends with: who is hot, what was checked, what came in, and where to look next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import control, warehouse
from orchestration.publishing import release
from orchestration.text import bar, count

if TYPE_CHECKING:
    import duckdb
    from rich.console import Console

    from orchestration.quality.results import CheckResult
    from orchestration.settings import Settings

_BEST = 10
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

# An earlier day is in the as-of mart only, and there by model: the champion of `main` stands for it.
_EARLIER_DAY = """
select scores.* exclude (email), leads.email
from (select *, cast(null as varchar) as email from lead_scores_as_of) as scores
left join lead_scores as leads using (lead_id)
where scores.score_date = $day and scores.role = 'champion' and scores.score_name = 'main'
"""
_LATEST_DAY = "select * from lead_scores where score_date = $day"


def summarise(settings: Settings, page: Path) -> dict[str, Any]:
    """Collect what the run that was just published has to say; this is what `--json` prints."""
    folder = release.current(settings.published)
    manifest = release.read_manifest(settings.published)
    assert folder and manifest
    with warehouse.opened(settings.warehouse) as connection:
        run = control.read_run(connection)
        assert run is not None
        results = control.read_results(connection, run)
        steps = control.ended_steps(connection, run)
        messages = control.messages(connection, run)
        tiers = _all_tiers(connection)
    with warehouse.opened(folder / release.DATABASE, read_only=True) as connection:
        scored = _LATEST_DAY if run.is_latest else _EARLIER_DAY
        day = {"day": run.score_date}
        leads = _number(connection, f"select count(*) from ({scored})", day)
        by_tier = _rows(
            connection, f"select tier, count(*) as leads from ({scored}) group by 1", day
        )
        best = _rows(
            connection,
            "select lead_id, email, score, tier, top_reasons "
            f"from ({scored}) order by score desc, lead_id limit {_BEST}",
            day,
        )
        # For an earlier day the counts are not made again: they are those of the latest one.
        intake = _intake(connection) if run.is_latest else []
    found = {row["tier"]: row["leads"] for row in by_tier}
    order = tiers + sorted(set(found) - set(tiers))
    return {
        "status": "published",
        "run_id": run.run_id,
        "score_date": run.score_date.isoformat(),
        "is_latest": run.is_latest,
        "leads": leads,
        "tiers": [
            {
                "tier": tier,
                "leads": found.get(tier, 0),
                "share": round(found.get(tier, 0) / leads, 4) if leads else 0.0,
            }
            for tier in order
        ],
        "best": best,
        "checks": {
            "passed": [r.name for r in results if r.status == "passed"],
            "skipped": [r.name for r in results if r.status == "skipped"],
            "warned": [
                {"name": r.name, "table": r.table, "message": r.message}
                for r in results
                if r.status == "warned"
            ],
        },
        "accepted": list(run.accepted),
        "intake": intake,
        "warnings": messages,
        "seconds": {step: round(seconds, 2) for step, seconds in steps.items()},
        "published": {
            "release": str(folder),
            "duckdb": str(settings.published / release.DATABASE),
            "parquet": str(settings.published / release.PARQUET),
            "manifest": str(settings.published / release.MANIFEST),
        },
        "checks_page": str(page),
    }


def render(summary: dict[str, Any], console: Console, settings: Settings) -> None:
    """Print a summary for people."""
    _render_tiers(summary, console)
    _render_best(summary, console)
    _render_checks(summary, console)
    _render_intake(summary, console)
    _render_warnings(summary, console)
    _render_places(summary, console, settings)


def describe_failures(failures: list[CheckResult]) -> list[dict[str, Any]]:
    """Return the checks that stopped a run, as `--json` prints them."""
    from orchestration.quality.catalogue import planned_checks

    acceptable = {check.name for check in planned_checks() if not check.always_blocks}
    return [
        {
            "name": failure.name,
            "table": failure.table,
            "message": failure.message,
            "observed": failure.observed,
            "can_be_accepted": failure.name in acceptable,
        }
        for failure in failures
    ]


def render_blocked(failures: list[dict[str, Any]], console: Console, page: Path) -> None:
    """Say which checks stopped the run, on what, and what to do."""
    from rich.text import Text

    console.print(Text("Stopped by a check; nothing was published.", style="bold red"))
    for failure in failures:
        console.print(Text(f"  ✗ {failure['name']}", style="red"), f"on {failure['table']}")
        console.print(f"    {failure['message']}")
    console.print("What readers see is the last good release, unchanged.")
    names = " ".join(f"--accept {f['name']}" for f in failures if f["can_be_accepted"])
    if names:
        console.print(f"If the change is right: leadscore score {names}")
    console.print(f"All checks: {_shown(page)}")


def _render_tiers(summary: dict[str, Any], console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

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
    from rich.table import Table
    from rich.text import Text

    if not summary["best"]:
        return
    console.print(Text("The best leads and why", style="bold"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", max_width=34)
    table.add_column(overflow="fold", ratio=1)
    for row in summary["best"]:
        table.add_row(
            f"  {row['score']:.2f}", row["tier"], row["email"] or row["lead_id"], row["top_reasons"]
        )
    console.print(table)
    console.print()


def _render_checks(summary: dict[str, Any], console: Console) -> None:
    from rich.text import Text

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
    from rich.table import Table

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
    from rich.text import Text

    warnings = summary["warnings"]
    if not warnings:
        return
    console.print(Text("Worth a look", style="bold yellow"))
    for warning in warnings[:_SHOWN_WARNINGS]:
        console.print(f"  {warning}")
    if len(warnings) > _SHOWN_WARNINGS:
        console.print(f"  and {len(warnings) - _SHOWN_WARNINGS} more: leadscore check")
    console.print()


def _render_places(summary: dict[str, Any], console: Console, settings: Settings) -> None:
    from rich.text import Text

    published = summary["published"]
    console.print(Text("Published", style="bold"))
    for name in ("duckdb", "parquet", "manifest"):
        console.print(f"  {_shown(Path(published[name]))}")
    console.print(f"  {_shown(Path(summary['checks_page']))} shows the checks")
    console.print()
    console.print(Text("What to try next", style="bold"))
    if summary["best"]:
        lead = summary["best"][0]["email"] or summary["best"][0]["lead_id"]
        console.print(f"  leadscore explain {lead}")
    console.print("  edit seeds/scoring/engagement_rules.csv, then leadscore check")
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


def _all_tiers(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tiers of the champion of `main`, the highest first."""
    if not warehouse.has_table(connection, "seeds", "score_tiers"):
        return []
    rows = connection.execute(
        "select tiers.tier from seeds.score_tiers as tiers "
        "inner join seeds.score_models as models using (model_version) "
        "where models.role = 'champion' and coalesce(nullif(trim(models.score_name), ''), 'main') "
        "= 'main' order by tiers.min_score desc"
    ).fetchall()
    return [tier for (tier,) in rows]


def _intake(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    if not warehouse.has_table(connection, "main", "intake_counts"):
        return []
    columns = ", ".join(("source_system", "source_table", *_INTAKE_COLUMNS))
    return _rows(connection, f"select {columns} from intake_counts order by 1, 2", {})


def _number(connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any]) -> int:
    row = connection.execute(query, values).fetchone()
    return int(row[0]) if row else 0


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, values: dict[str, Any]
) -> list[dict[str, Any]]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
