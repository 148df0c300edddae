"""The release that readers see, as an asset."""

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration import pipeline
from orchestration.defs import retries
from orchestration.defs.keys import OWNER, RELEASE
from orchestration.publishing.release import read_manifest
from orchestration.settings import Settings


def build_release(settings: Settings, upstream: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that publishes what the gates let through."""

    @dg.asset(
        key=RELEASE,
        deps=list(upstream),
        description="What readers open: a DuckDB file and Parquet files, switched in at once.",
        group_name="publish",
        owners=[OWNER],
        kinds={"duckdb", "parquet"},
        required_resource_keys={"writer_lock"},
    )
    def release(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        with retries.where_it_helps(context):
            folder = pipeline.publish(settings)
        manifest = read_manifest(settings.published) or {}
        context.log.info(f"published {folder.name}")
        yield dg.MaterializeResult(
            asset_key=RELEASE,
            data_version=dg.DataVersion(folder.name),
            metadata={
                "folder": dg.MetadataValue.path(str(folder)),
                "score_date": manifest["score_date"],
                "row_counts": manifest["row_counts"],
                "accepted": list(manifest["accepted"]),
            },
        )
        # A server that is away fails the run, but readers here have the release all the same.
        with retries.where_it_helps(context):
            pipeline.publish_to_postgres(settings)

    return release
