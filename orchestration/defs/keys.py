"""Asset keys, groups and owners that more than one definition needs."""

from __future__ import annotations

from dagster import AssetKey

OWNER = "team:marketing_operations"

RAW_GATE = AssetKey(["quality", "raw_gate"])
SCORES_GATE = AssetKey(["quality", "scores_gate"])
RELEASE = AssetKey(["published", "release"])
CONTROL_RUN = AssetKey(["control", "run"])


def raw_table(source: str, table: str) -> AssetKey:
    """The key of a landed table, the same that dagster-dbt gives its dbt source."""
    return AssetKey([f"raw_{source}", table])
