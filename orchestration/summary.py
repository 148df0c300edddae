"""What a run ends with, as data: who is hot, what was checked, what came in, and where it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import control, warehouse
from orchestration.errors import unusable
from orchestration.publishing import release

if TYPE_CHECKING:
    import duckdb

    from orchestration.quality.results import CheckResult
    from orchestration.settings import Settings

# An earlier day is only in the as-of mart, and there by model: the champion of `main` shows it.
_EARLIER_DAY = """
select scores.* exclude (email), leads.email
from (select *, cast(null as varchar) as email from lead_scores_as_of) as scores
left join lead_scores as leads using (lead_id)
where scores.score_date = $day and scores.role = 'champion' and scores.score_name = 'main'
"""
_LATEST_DAY = "select * from lead_scores where score_date = $day"
_BEST_LEADS = """
select lead_id, email, score, tier, top_reasons
from scored
order by score desc, lead_id
limit 10
"""
_INTAKE = """
select
    source_system, source_table,
    raw, activities, duplicates, quarantined, waiting, future, voided, erased
from intake_counts
order by source_system, source_table
"""


def summarise(settings: Settings, page: Path, is_new: bool = True) -> dict[str, Any]:
    """Collect what the last published run has to say; this is what `--json` prints.

    `is_new` is false when nothing had changed since that run, so that there was no other.
    """
    folder = release.current(settings.published)
    if folder is None:
        raise unusable(str(settings.published), "nothing is published", "Run leadscore score")
    with warehouse.opened(settings.warehouse) as connection:
        run = control.the_run(connection)
        results = control.read_results(connection, run)
        steps = control.ended_steps(connection, run)
        messages = control.messages(connection, run)
        tiers = _all_tiers(connection)
    with warehouse.opened(folder / release.DATABASE, read_only=True) as connection:
        scored = _LATEST_DAY if run.is_latest else _EARLIER_DAY
        connection.execute("create temp table scored as " + scored, {"day": run.score_date})
        by_tier = warehouse.dicts(
            connection, "select tier, count(*) as leads from scored group by tier"
        )
        best = warehouse.dicts(connection, _BEST_LEADS)
        # For an earlier day the counts are not made again: they are those of the latest one.
        intake = _intake(connection) if run.is_latest else []
    found = {row["tier"]: row["leads"] for row in by_tier}
    leads = sum(found.values())
    order = tiers + sorted(set(found) - set(tiers))
    return {
        "status": "published",
        "run_id": run.run_id,
        "score_date": run.score_date.isoformat(),
        "is_latest": run.is_latest,
        "is_new": is_new,
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
    return warehouse.dicts(connection, _INTAKE)
