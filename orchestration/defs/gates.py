"""The two gates: an asset each, which exists only when nothing blocking failed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration import audit
from orchestration.defs import retries
from orchestration.defs.keys import OWNER, RAW_GATE, SCORES_GATE
from orchestration.quality.catalogue import planned_checks
from orchestration.quality.results import CheckResult, Gate
from orchestration.settings import Settings

_DESCRIPTIONS = {
    "raw": "Great Expectations on what came in; scoring starts only after it.",
    "scores": "Great Expectations on the scores; publishing starts only after it.",
}
_KEYS = {"raw": RAW_GATE, "scores": SCORES_GATE}


def build_gate(
    settings: Settings,
    gate: Gate,
    upstream: Sequence[dg.AssetKey],
) -> dg.AssetsDefinition:
    """Return a gate over the tables `upstream`; each of its checks is an asset check."""
    key = _KEYS[gate]
    specs = [
        dg.AssetCheckSpec(
            check.name,
            asset=key,
            description=check.description,
            metadata={"table": check.table, "kind": check.kind},
        )
        for check in planned_checks(gate)
    ]

    @dg.asset(
        key=key,
        deps=list(upstream),
        description=_DESCRIPTIONS[gate],
        group_name="quality",
        owners=[OWNER],
        kinds={"greatexpectations", "duckdb"},
        check_specs=specs,
        required_resource_keys={"writer_lock"},
    )
    def run_gate(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with retries.where_it_helps(context):
            outcome = audit.gate(settings, gate)
        for result in outcome.results:
            if result.message:
                context.log.warning(f"{result.name}: {result.message}")
            yield _asset_check(key, result)
        # The asset is not materialised when this raises, so Dagster starts nothing after it. A
        # blocking AssetCheckSpec would say the same, but whether a check blocks is data here (a
        # seed, --accept), and a spec is fixed when the code location loads.
        outcome.raise_for_failures()
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={**_counts(outcome.results), "run_id": outcome.run.run_id},
        )

    return run_gate


def _asset_check(key: dg.AssetKey, result: CheckResult) -> dg.AssetCheckResult:
    blocks = dg.AssetCheckSeverity.ERROR if result.blocking else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=result.name,
        passed=result.passed,
        severity=blocks,
        description=result.message or result.description,
        metadata={
            **{name: figure for name, figure in result.observed.items()},
            "status": result.status,
            "table": result.table,
            "kind": result.kind,
        },
    )


def _counts(results: Sequence[CheckResult]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for result in results:
        counts[result.status] = counts.get(result.status, 0) + 1
    return counts
