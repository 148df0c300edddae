"""What Dagster notes of a run, and how all of it is deleted.

`DagsterInstance.delete_run` leaves three things that grow with each run: the results of checks,
the captured output, and in SQLite the run's own file, emptied but as large as it was.
"""

from pathlib import Path

import dagster as dg
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage


def forget(instance: dg.DagsterInstance, run_id: str) -> None:
    """Delete all that this instance noted of a run that has ended."""
    instance.delete_run(run_id)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    events = instance.event_log_storage
    if isinstance(events, SqlEventLogStorage):
        results = AssetCheckExecutionsTable
        with events.index_connection() as connection:
            connection.execute(results.delete().where(results.c.run_id == run_id))
    if isinstance(events, SqliteEventLogStorage):
        Path(events.path_for_shard(run_id)).unlink(missing_ok=True)
