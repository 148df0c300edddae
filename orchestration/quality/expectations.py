"""The two gates: raw rows in, scores out. Great Expectations asks, DuckDB computes.

Great Expectations takes seconds to import, so this module imports it only when a gate runs. Both
gates open the working file read-only and let it go again: no other connection to it may be
open in this process meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from orchestration.quality.catalogue import planned_checks
from orchestration.quality.policy import Policy
from orchestration.quality.results import CheckResult

_BACK = "This run scores an earlier date, which fills only lead_scores_as_of."
_NOT_BACK = "Only a run for an earlier date fills lead_scores_as_of."


def check_raw(
    warehouse: Path,
    sources: tuple[str, ...],
    score_date: date,
    previous: Mapping[str, int] | None,
    policy: Policy,
    date_went_back: bool = False,
) -> list[CheckResult]:
    """Check the raw relations of the sources; one result for each planned check, in their order.

    `previous` holds the rows of each relation in the run before, as `row_counts` gives them; None
    on a first run. Freshness is measured against the end of the score date (UTC). Nothing about
    an earlier run in this process is kept.
    """
    from orchestration.quality.gate import run_gate
    from orchestration.quality.gx_session import start_afresh
    from orchestration.quality.judging import skipped
    from orchestration.quality.raw_gate import raw_subjects

    start_afresh()
    subjects = raw_subjects(sources, score_date, previous, date_went_back, policy)
    results = run_gate("raw", warehouse, subjects, policy)
    for check in planned_checks("raw"):
        if check.source not in sources:
            reason = f"The source {check.source} is off (LEAD_SCORING_SOURCES)."
            results[check.name] = skipped(check, reason, policy)
    return [results[check.name] for check in planned_checks("raw")]


def check_scores(
    warehouse: Path,
    published: Path | None,
    score_date: date,
    weights_changed: bool,
    first_run: bool,
    date_went_back: bool,
    policy: Policy,
) -> list[CheckResult]:
    """Check the score marts; one result for each planned check, in their order.

    `published` is the folder that readers look at, or its DuckDB file; only its figures are
    read. Drift is skipped on a first run, when the rules changed, and when the date went back; in
    that last case the checks are made on lead_scores_as_of, the only mart that was filled.
    """
    from orchestration.quality.gate import run_gate
    from orchestration.quality.judging import skipped
    from orchestration.quality.published_scores import comparison, read_published
    from orchestration.quality.scores_gate import AS_OF_MART, score_subjects

    compared = comparison(read_published(published), weights_changed, first_run, date_went_back)
    subjects = score_subjects(score_date, compared, date_went_back, policy)
    results = run_gate("scores", warehouse, subjects, policy)
    for check in planned_checks("scores"):
        if check.name not in results:
            reason = _NOT_BACK if check.table == f"marts.{AS_OF_MART}" else _BACK
            results[check.name] = skipped(check, reason, policy)
    return [results[check.name] for check in planned_checks("scores")]


def row_counts(results: Iterable[CheckResult]) -> dict[str, int]:
    """Return the rows of each raw relation, for `previous` of the next run."""
    return {
        result.table: int(result.observed["rows"])
        for result in results
        if result.gate == "raw" and result.kind == "volume" and "rows" in result.observed
    }
