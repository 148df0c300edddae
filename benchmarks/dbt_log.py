"""Reads from dbt's own log, written as JSON, when each node ran."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

AS_JSON = {"DBT_LOG_FORMAT_FILE": "json"}
"""Environment that makes dbt write the log that `read_nodes` reads."""

_RESULTS = {"LogModelResult": "model", "LogSeedResult": "seed", "LogTestResult": "test"}


@dataclass(frozen=True)
class NodeRun:
    """One node of one run: `kind` is model, seed or test, times are seconds since 1970."""

    name: str
    kind: str
    started: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.started


def read_nodes(log: Path) -> list[NodeRun]:
    """Return every node that a log tells of, in the order of their ends; none without a log."""
    nodes: list[NodeRun] = []
    if not log.is_file():
        return nodes
    for line in log.read_text(encoding="utf-8").splitlines():
        event = _parsed(line)
        kind = _RESULTS.get(event.get("info", {}).get("name", ""))
        if kind:
            node, said_at = event["data"]["node_info"], event["info"]["ts"]
            # Tests end when their result is told.
            ended = node["node_finished_at"] or said_at
            nodes.append(
                NodeRun(node["node_name"], kind, _epoch(node["node_started_at"]), _epoch(ended))
            )
    return nodes


def spans(nodes: Iterable[NodeRun]) -> list[tuple[float, float]]:
    """Return the spans of time in which at least one of the nodes ran; they do not overlap."""
    merged: list[tuple[float, float]] = []
    for node in sorted(nodes, key=lambda node: node.started):
        if merged and node.started <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], node.ended))
        else:
            merged.append((node.started, node.ended))
    return merged


def seconds_in(spans: Iterable[tuple[float, float]]) -> float:
    """Add up spans."""
    return sum(end - start for start, end in spans)


def _parsed(line: str) -> dict:
    try:
        return json.loads(line)
    except ValueError:
        return {}


def _epoch(text: str) -> float:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC).timestamp()
