"""Intake as one asset for each landed table, so that lineage starts at what people land."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from orchestration import pipeline, preflight
from orchestration.defs import retries
from orchestration.defs.keys import CONTROL_RUN, OWNER, raw_table
from orchestration.ingestion.contracts import SOURCES
from orchestration.settings import Settings


class ScoringConfig(dg.Config):
    """What a run scores. Without a date it is today (UTC)."""

    score_date: str = ""
    accept: list[str] = Field(default_factory=list)


def build_intake(settings: Settings) -> dg.AssetsDefinition:
    """Return the multi-asset that begins a run and makes the raw views.

    It has an asset for each table of the sources that are on.
    """
    tables = [(source, table) for source in settings.sources for table in SOURCES[source]]
    specs = [
        dg.AssetSpec(
            raw_table(source, table),
            description=f"Landed rows of {source}.{table}, every column in its contract's type.",
            group_name="intake",
            owners=[OWNER],
            kinds={"parquet", "duckdb"},
        )
        for source, table in tables
    ]
    specs.append(
        dg.AssetSpec(
            CONTROL_RUN,
            description="One row: the day that is scored, the run's id, whether it is the latest.",
            group_name="intake",
            owners=[OWNER],
            kinds={"python", "duckdb"},
        )
    )

    @dg.multi_asset(name="intake", specs=specs, required_resource_keys={"writer_lock"})
    def intake(
        context: dg.AssetExecutionContext, config: ScoringConfig
    ) -> Iterator[dg.MaterializeResult]:
        """Look at landed files, type what deviates, quarantine what cannot be read."""
        day = preflight.parse_score_date(config.score_date)
        with retries.where_it_helps(context):
            outcome = pipeline.intake(settings, day, config.accept)
        for warning in outcome.warnings:
            context.log.warning(warning)
        for source, table in tables:
            yield dg.MaterializeResult(
                asset_key=raw_table(source, table),
                metadata={"dagster/row_count": outcome.rows.get(f"{source}.{table}", 0)},
            )
        yield dg.MaterializeResult(
            asset_key=CONTROL_RUN,
            metadata={
                "run_id": outcome.run.run_id,
                "score_date": outcome.run.score_date.isoformat(),
                "is_latest": outcome.run.is_latest,
            },
        )

    return intake
