"""The three dbt steps as Dagster assets, with dbt's tests as asset checks.

Each step is its own function because a failed check stops the next function, and would not stop
the next model inside one. What belongs to a source that is off is built, and empty, but no asset:
hundreds of assets without rows would hide the others and cost a run seconds of notes about them.
"""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    dbt_assets,
)

from orchestration import pipeline
from orchestration.dbt import NodeResult
from orchestration.defs import retries
from orchestration.defs.keys import OWNER, RAW_GATE, SCORES_GATE
from orchestration.ingestion.contracts import SOURCES
from orchestration.settings import Settings

_ROOM_OF_SOURCES = {"raw": "staging", "scores": "intermediate.sources"}
_GATE_BEFORE = {"scores": RAW_GATE, "monitoring": SCORES_GATE}


class Translator(DagsterDbtTranslator):
    """Groups, owners, kinds and descriptions of dbt's nodes, and the gate before each step."""

    def __init__(self, step: pipeline.BuildStep, sources: Sequence[str]) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))
        self._step = step
        self._sources = sources

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetSpec:
        """Leave out what is off, and have the first models of the step wait for its gate."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        if node["resource_type"] == "source":
            return spec
        parents = [_node(manifest, name) for name in node["depends_on"].get("nodes", [])]
        off = {
            self.get_asset_key(parent)
            for parent in parents
            if source_of(parent) not in (None, *self._sources)
        }
        spec = spec.replace_attributes(
            kinds=_kinds(node),
            owners=spec.owners or [OWNER],
            deps=[dep for dep in spec.deps if dep.asset_key not in off],
        )
        gate = _GATE_BEFORE.get(self._step)
        is_first = not parents or any(step_of(parent) != self._step for parent in parents)
        if gate and is_first and step_of(node) == self._step:
            spec = spec.merge_attributes(deps=[gate])
        return spec

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        """Every test is a check of one asset; singular tests too, which dbt attaches to none.

        It is not a blocking check: the step's function itself fails, and that stops what follows.
        """
        test = manifest["nodes"][unique_id]
        home = home_of(manifest, test)
        if self.get_asset_spec(manifest, home, project).key != asset_spec.key:
            return None
        if step_of(_node(manifest, home)) != self._step:
            return None
        return dg.AssetCheckSpec(
            name=test["name"],
            asset=asset_spec.key,
            description=test.get("description") or None,
            metadata={"dbt_unique_id": unique_id, "file": test["original_file_path"]},
        )

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Only what a person wrote: the SQL is one click away in the repository."""
        return dbt_resource_props["description"] or f"dbt {dbt_resource_props['resource_type']}"

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Seeds are one group; models go by room, marts by their folder."""
        if dbt_resource_props["resource_type"] == "seed":
            return "seeds"
        rooms = dbt_resource_props["fqn"][1:-1]
        return "_".join(rooms[:2]) if rooms[0] == "marts" else rooms[0]


def build_dbt_steps(settings: Settings, manifest: Mapping[str, Any]) -> list[dg.AssetsDefinition]:
    """Return one multi-asset for each dbt step."""
    return [_build_step(settings, manifest, step) for step in ("raw", "scores", "monitoring")]


def step_of(node: Mapping[str, Any] | None) -> pipeline.BuildStep | None:
    """Return the step that builds a seed or model, or tests a source; None for anything else."""
    if node is None:
        return None
    if node["resource_type"] in ("seed", "source"):
        return "raw"
    rooms = node["fqn"][1:]
    if rooms[0] == "staging":
        return "raw"
    if rooms[0] == "intermediate" or rooms[:2] == ["marts", "scores"]:
        return "scores"
    is_last = rooms[:2] in (["marts", "history"], ["marts", "monitoring"])
    return "monitoring" if is_last else None


def source_of(node: Mapping[str, Any]) -> str | None:
    """Return the source whose folder a model or a landed table is in; None for what all share."""
    rooms = node["fqn"][1:]
    folder = rooms[2] if rooms[:2] == ["intermediate", "sources"] else rooms[1]
    return folder if folder in SOURCES else None


def home_of(manifest: Mapping[str, Any], test: Mapping[str, Any]) -> str:
    """Return the node that a test is a check of.

    That is the one it is written at, else the last of those it reads: the test runs after it.
    """
    if test.get("attached_node"):
        return test["attached_node"]
    order = ("raw", "scores", "monitoring", None)
    return max(
        test["depends_on"]["nodes"],
        key=lambda name: (order.index(step_of(_node(manifest, name))), name),
    )


def _node(manifest: Mapping[str, Any], unique_id: str) -> Mapping[str, Any]:
    return manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]


def _build_step(
    settings: Settings, manifest: Mapping[str, Any], step: pipeline.BuildStep
) -> dg.AssetsDefinition:
    translator = Translator(step, settings.sources)
    off = [
        f"fqn:{_ROOM_OF_SOURCES[step]}.{source}"
        for source in SOURCES
        if source not in settings.sources and step in _ROOM_OF_SOURCES
    ]

    @dbt_assets(
        manifest=manifest,
        name=f"dbt_{step}",
        select=" ".join(pipeline.SELECTIONS[step]),
        exclude=" ".join(["resource_type:unit_test", *off]),
        dagster_dbt_translator=translator,
        required_resource_keys={"writer_lock"},
    )
    def dbt_step(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with retries.where_it_helps(context):
            outcome = pipeline.build(settings, step)
        yield from _events(context, manifest, translator, outcome)
        with retries.where_it_helps(context):
            outcome.raise_for_failures()

    return dbt_step


def _events(
    context: dg.AssetExecutionContext,
    manifest: Mapping[str, Any],
    translator: Translator,
    outcome: pipeline.BuildOutcome,
) -> Iterator[Any]:
    """Report every node of the step.

    Views and seeds whose files did not change stay as they are, and for an earlier day most marts.
    They are reported too, as unchanged: Dagster skips what comes after an asset that was not.
    """
    built = {result.unique_id: result for result in outcome.results}
    failed = any(result.is_broken for result in outcome.results)
    selected = set(context.selected_asset_keys)
    for unique_id in _in_order(manifest, outcome.step):
        key = translator.get_asset_spec(manifest, unique_id, None).key
        if key not in selected:
            continue
        result = built.get(unique_id)
        if result and result.status == "success":
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={"seconds": result.seconds, "run_id": outcome.run.run_id},
            )
        elif result is None and not failed:
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={"unchanged": True},
            )
    declared = set(context.selected_asset_check_keys)
    for result in outcome.results:
        if result.resource_type == "test":
            home = home_of(manifest, manifest["nodes"][result.unique_id])
            key = translator.get_asset_spec(manifest, home, None).key
            check = dg.AssetCheckKey(key, result.name)
            if check in declared:
                yield _check_result(check, result)
            elif result.status != "pass":
                context.log.warning(f"dbt test {result.name}: {result.status}")


def _in_order(manifest: Mapping[str, Any], step: pipeline.BuildStep) -> Iterator[str]:
    """The step's seeds and models, each after what it reads: Dagster insists on that order."""
    nodes = {
        unique_id: set(node["depends_on"].get("nodes", []))
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed") and step_of(node) == step
    }
    parents = {unique_id: reads & nodes.keys() for unique_id, reads in nodes.items()}
    yield from TopologicalSorter(parents).static_order()


def _check_result(check: dg.AssetCheckKey, result: NodeResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=result.status == "pass",
        severity=dg.AssetCheckSeverity.WARN
        if result.status == "warn"
        else dg.AssetCheckSeverity.ERROR,
        metadata={
            "status": result.status,
            "failing_rows": result.failures or 0,
            "seconds": result.seconds,
            "file": result.path,
        },
    )


def _kinds(node: Mapping[str, Any]) -> set[str]:
    materialized = "seed" if node["resource_type"] == "seed" else node["config"]["materialized"]
    return {"dbt", "duckdb", materialized}
