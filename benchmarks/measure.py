"""Measures the two hand-written programs and `leadscore score` on one workspace."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import date

from benchmarks import dbt_log
from benchmarks.dbt_log import NodeRun
from benchmarks.shape import SCORE_DATE
from benchmarks.watched import Watched, watch
from benchmarks.workspace import REPOSITORY, SEEDS, Workspace

BY_HAND, POLARS = "by_hand", "polars_scores"


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds, and the largest resident memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class HandWritten:
    """One run of a hand-written program.

    `work` is from opening the engine to the written file, without starting Python; its memory is
    that of the whole process.
    """

    work: Cost
    process: Cost


@dataclass(frozen=True)
class Command:
    """One run of `leadscore score` on a new working file.

    `models` is the time in which at least one dbt model was running; `nodes` that in which a model,
    seed or test was. Their memory is that of the whole process in that time.
    """

    models: Cost
    nodes: Cost
    process: Cost
    runs: tuple[NodeRun, ...]

    @property
    def model_runs(self) -> list[NodeRun]:
        """Only the models, in the order of their ends."""
        return [run for run in self.runs if run.kind == "model"]


def measure_hand_written(workspace: Workspace, name: str) -> HandWritten:
    """Run `benchmarks.<name>` in a process of its own."""
    watched = watch(
        [
            *(sys.executable, "-m", f"benchmarks.{name}", "--landing", str(workspace.landing)),
            *("--seeds", str(SEEDS), "--date", SCORE_DATE.isoformat()),
            *("--output", str(workspace.scores_of(name))),
        ],
        workspace.environment(),
        REPOSITORY,
        workspace.log_of(name),
    )
    work = json.loads(watched.output)
    return HandWritten(
        Cost(work["seconds"], work["cpu_seconds"], watched.peak_bytes), _cost(watched)
    )


def measure_command(workspace: Workspace) -> Command:
    """Run `leadscore score` as a person does, on a new working file; the project is set up."""
    workspace.forget_runs()
    command = measure_run(workspace, SCORE_DATE)
    if not command.model_runs:
        raise RuntimeError(f"{workspace.dbt_log} tells of no model")
    return command


def measure_run(workspace: Workspace, day: date) -> Command:
    """Run `leadscore score` for a day on the working file that is there.

    A run that finds nothing changed starts no dbt, and has no models.
    """
    workspace.dbt_log.unlink(missing_ok=True)
    watched = watch(
        [
            *(sys.executable, "-c", "from orchestration.cli import main; main()"),
            *("score", "--date", day.isoformat(), "--json"),
        ],
        workspace.environment(),
        workspace.project,
        workspace.log_of("leadscore"),
    )
    runs = dbt_log.read_nodes(workspace.dbt_log)
    models = [run for run in runs if run.kind == "model"]
    return Command(
        models=_part(watched, models),
        nodes=_part(watched, runs),
        process=_cost(watched),
        runs=tuple(runs),
    )


def _cost(watched: Watched) -> Cost:
    return Cost(watched.seconds, watched.cpu_seconds, watched.peak_bytes)


def _part(watched: Watched, runs: list[NodeRun]) -> Cost:
    spans = dbt_log.spans(runs)
    return Cost(dbt_log.seconds_in(spans), watched.cpu_within(spans), watched.peak_within(spans))
