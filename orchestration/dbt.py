"""The only module that starts dbt: in this process, with one manifest, and silent.

dbt takes seconds to start and to parse, so one run parses once and hands the manifest to every
later invocation. After each invocation the connections of dbt-duckdb are closed: without that
the lock on the working file would stay until the process ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

    from orchestration.settings import Settings

NodeListener = Callable[[str, int, int], None]
"""Called with a node's name, how many nodes are done, and how many there are in this invocation."""

_FINGERPRINT = "manifest.fingerprint.json"
_PARSED = "partial_parse.msgpack"
_DBT = ("dbt-core", "dbt-adapters", "dbt-duckdb")
"""Packages whose macros, and whose form of it, are in a parse."""
_FOLDERS = {
    "model-paths": ["models"],
    "seed-paths": ["seeds"],
    "macro-paths": ["macros"],
    "test-paths": ["tests"],
    "snapshot-paths": ["snapshots"],
    "analysis-paths": ["analyses"],
}
_parsed: dict[Path, tuple[str, Manifest]] = {}
_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class NodeResult:
    """How one dbt node ended.

    `status` is dbt's own word: success, error, skipped for models and seeds; pass, warn, fail,
    error, skipped for tests. `failures` counts a test's failing rows, None for other nodes.
    """

    unique_id: str
    name: str
    resource_type: str
    path: str
    status: str
    seconds: float
    message: str
    failures: int | None

    @property
    def is_broken(self) -> bool:
        """Whether this node stops the run: a warning, and a node skipped for another, do not."""
        return self.status in ("error", "fail", "runtime error")


class DbtFailed(Exception):
    """dbt could not do its work: the project does not parse, or a node ended in an error."""

    def __init__(self, message: str, results: Sequence[NodeResult] = ()) -> None:
        self.results = list(results)
        super().__init__(message)


def load_manifest(settings: Settings) -> dict[str, Any]:
    """Return target/manifest.json as a dictionary; parse first when it is missing or stale.

    Stale means: a file of the project or the warehouse's name changed since this module last
    parsed, or somebody else wrote the manifest. Contents are compared, not times. A project that
    was moved or copied with its target/ keeps its parse.
    """
    target = settings.project_dir / "target"
    with _one_at_a_time:
        if not _is_fresh(settings, target):
            _parse(settings)
        return json.loads((target / "manifest.json").read_bytes())


def build(
    settings: Settings,
    select: Sequence[str],
    exclude: Sequence[str] = (),
    full_refresh: bool = False,
    with_their_tests: bool = True,
    listener: NodeListener | None = None,
) -> list[NodeResult]:
    """Run seeds, models and their tests (unit tests belong to the test suite), in order.

    Tests run when all their parents are selected or built before (`buildable`), so a test that
    compares two steps runs once, in the later step. Without `with_their_tests` only those run that
    are selected themselves, which dbt finds out sooner. Failed nodes are returned, not raised;
    raises DbtFailed when dbt could not start at all.
    """
    arguments = ["build", "--select", *select, "--exclude", "resource_type:unit_test", *exclude]
    arguments += ["--indirect-selection", "buildable" if with_their_tests else "empty"]
    arguments.append("--no-write-json")
    if full_refresh:
        arguments.append("--full-refresh")
    with _one_at_a_time:
        # A build leaves its marks in the manifest: with it, a second build in this process would
        # not find the ephemeral models.
        outcome = _invoke(settings, arguments, _manifest(settings).deepcopy(), listener)
    if outcome.result is None:
        raise DbtFailed(
            f"dbt build failed: {_first_lines(outcome.exception)}"
        ) from outcome.exception
    results = [_node_result(result) for result in outcome.result.results]
    broken = [r for r in results if r.is_broken and r.resource_type not in ("test", "unit_test")]
    if outcome.exception is not None and not broken:
        raise DbtFailed(f"dbt build failed: {_first_lines(outcome.exception)}", results)
    return results


def describe_failures(results: Sequence[NodeResult]) -> str:
    """Name every broken node with its file and dbt's own words, one to a line."""
    return "\n".join(
        f"{r.resource_type} {r.name} ({r.path}): {_first_lines(r.message)}"
        for r in results
        if r.is_broken
    )


def _manifest(settings: Settings) -> Manifest:
    """The parsed project in dbt's own form, from memory or from disk where it still fits."""
    digest = fingerprint(settings)
    known = _parsed.get(settings.project_dir)
    if known and known[0] == digest:
        return known[1]
    target = settings.project_dir / "target"
    if not _is_fresh(settings, target):
        return _parse(settings)
    manifest = _read(settings.project_dir, target)
    _parsed[settings.project_dir] = (digest, manifest)
    return manifest


def _read(project_dir: Path, target: Path) -> Manifest:
    """What dbt itself keeps of its last parse: a third of the time of asking whether it still fits,
    which `_is_fresh` has answered."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.contracts.graph.nodes import SeedNode
    from dbt.parser.manifest import extended_mashumuro_decoder

    saved = (target / _PARSED).read_bytes()
    manifest = Manifest.from_msgpack(saved, decoder=extended_mashumuro_decoder)
    for node in manifest.nodes.values():
        if isinstance(node, SeedNode):
            # The only absolute path of a parse: where the rows of a seed are.
            node.root_path = str(project_dir)
    manifest.build_flat_graph()
    return manifest


def _parse(settings: Settings) -> Manifest:
    target = settings.project_dir / "target"
    if _last_project(target) != str(settings.project_dir):
        # dbt keeps absolute seed paths in its partial parse: a copied project would load the
        # seeds of the project that it was copied from.
        (target / _PARSED).unlink(missing_ok=True)
    outcome = _invoke(settings, ["parse"], None, None)
    if not outcome.success:
        raise DbtFailed(
            f"the dbt project in {settings.project_dir} does not parse: "
            f"{_first_lines(outcome.exception)}"
        ) from outcome.exception
    digest = fingerprint(settings)
    manifest = outcome.result
    _parsed[settings.project_dir] = (digest, manifest)
    (target / _FINGERPRINT).write_text(
        json.dumps(
            {
                "project_dir": str(settings.project_dir),
                "fingerprint": digest,
                "manifest": _stamps(target),
            }
        )
    )
    return manifest


def _invoke(
    settings: Settings,
    arguments: Sequence[str],
    manifest: Manifest | None,
    listener: NodeListener | None,
) -> Any:
    """One dbt invocation with our paths, no terminal output and connections closed at the end."""
    with _variables(settings.environment()):
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        settings.warehouse.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        places = {
            "--project-dir": settings.project_dir,
            "--profiles-dir": settings.project_dir,
            "--target-path": settings.project_dir / "target",
            "--log-path": settings.project_dir / "logs",
        }
        flags = ["--log-level", "none", "--log-level-file", "info", "--no-use-colors"]
        flags += ["--no-use-colors-file", "--partial-parse"]
        command = [arguments[0], *flags]
        for option, path in places.items():
            command += [option, str(path)]
        runner = dbtRunner(manifest=manifest, callbacks=[_progress(listener)] if listener else [])
        try:
            outcome = runner.invoke([*command, *arguments[1:]])
        finally:
            DuckDBConnectionManager.close_all_connections()
        if outcome.exception is not None and not isinstance(outcome.exception, Exception):
            raise outcome.exception  # an interrupt, which dbt catches too
        return outcome


def _progress(listener: NodeListener) -> Callable[[Any], None]:
    """Turn dbt's events into calls of the listener. dbt calls this from its worker threads."""
    lock = threading.Lock()
    done = total = 0

    def on_event(event: Any) -> None:
        nonlocal done, total
        if event.info.name == "LogStartLine":
            with lock:
                total = max(total, event.data.total)
                listener(event.data.node_info.node_name, done, total)
        elif event.info.name == "NodeFinished":
            with lock:
                done += 1
                total = max(total, done)
                listener(event.data.node_info.node_name, done, total)

    return on_event


def _node_result(result: Any) -> NodeResult:
    node = result.node
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=str(node.resource_type),
        path=node.original_file_path,
        status=str(result.status),
        seconds=round(float(result.execution_time), 3),
        message=result.message or "",
        failures=result.failures,
    )


def _is_fresh(settings: Settings, target: Path) -> bool:
    try:
        known = json.loads((target / _FINGERPRINT).read_text())
        return known["manifest"] == _stamps(target) and known["fingerprint"] == fingerprint(
            settings
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _last_project(target: Path) -> str:
    try:
        return json.loads((target / _FINGERPRINT).read_text())["project_dir"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _stamps(target: Path) -> list[list[int]]:
    """Size and time of both files in which dbt keeps a parse."""
    stats = [(target / name).stat() for name in ("manifest.json", _PARSED)]
    return [[stat.st_size, stat.st_mtime_ns] for stat in stats]


def fingerprint(settings: Settings, with_seeds: bool = False) -> str:
    """Return a digest of all that a parse depends on; some milliseconds for some hundred files.

    A seed's rows are read when it is loaded, so an edited weight needs no new parse: they count
    only `with_seeds`.
    """
    import yaml

    project = settings.project_dir
    configured: Mapping[str, Any] = yaml.safe_load((project / "dbt_project.yml").read_text()) or {}
    versions = [importlib.metadata.version(name) for name in _DBT]
    # The name of the working file is that of the database in each relation.
    digest = hashlib.sha256(f"{settings.warehouse.stem}\n{versions}\n".encode())
    names = [project / "dbt_project.yml", project / "profiles.yml"]
    for key, default in _FOLDERS.items():
        for folder in configured.get(key, default):
            names += sorted(
                p for p in (project / folder).rglob("*") if p.suffix in _PARSED_SUFFIXES
            )
    for path in names:
        if path.is_file():
            digest.update(path.relative_to(project).as_posix().encode())
            if with_seeds or path.suffix != ".csv":
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


_PARSED_SUFFIXES = {".sql", ".yml", ".yaml", ".md", ".csv", ".py"}


@contextlib.contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while; dbt's profile reads them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _first_lines(error: object, lines: int = 3) -> str:
    text = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(text[:lines])


def clean(settings: Settings) -> None:
    """Forget what was parsed, in memory and on disk."""
    _parsed.pop(settings.project_dir, None)
    shutil.rmtree(settings.project_dir / "target", ignore_errors=True)
