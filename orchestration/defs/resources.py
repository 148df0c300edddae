"""The lock that one run holds from its first step to its last."""

from collections.abc import Iterator

import dagster as dg

from orchestration import warehouse
from orchestration.settings import Settings

# Longer than most runs: one that was started meanwhile follows the one before it.
PATIENCE_SECONDS = 1800.0


def build_writer_lock(settings: Settings) -> dg.ResourceDefinition:
    """Return a resource that holds the warehouse's lock file for the length of a run."""

    @dg.resource(description="One run at a time writes to the warehouse.")
    def writer_lock(_context: dg.InitResourceContext) -> Iterator[None]:
        with warehouse.writer_lock(settings.warehouse, PATIENCE_SECONDS):
            yield None

    return writer_lock
