"""One Great Expectations context for a process, and how a gate asks it about a DuckDB file.

Great Expectations takes four seconds or more to import, so it is imported here, once, when a gate
first runs. Everything is ephemeral: nothing but Data Docs is ever written, nothing is sent.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.quality.duckdb_dialect import url_of
from orchestration.settings import switch_telemetry_off

if TYPE_CHECKING:
    from types import ModuleType

    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.expectations import Expectation

_context: EphemeralDataContext | None = None

# What a validation result may hold: observed figures, no row or value of the data.
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Measure:
    """One expectation and how its result becomes figures."""

    expectation: Expectation
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass
class Outcome:
    """What the measures of one check gave. `error` says why they could not be computed."""

    success: bool = True
    figures: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def great_expectations() -> ModuleType:
    """Import Great Expectations with its telemetry off and its log quiet."""
    switch_telemetry_off()
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
    return gx


def expectations() -> ModuleType:
    """Return the module that holds the built-in expectations."""
    great_expectations()
    import great_expectations.expectations as built_in

    return built_in


def start_afresh() -> None:
    """Forget what was validated before in this process: the first gate of a run calls this."""
    global _context
    _context = None


def context() -> EphemeralDataContext:
    """Return the context of this process; make it when there is none."""
    global _context
    if _context is None:
        gx = great_expectations()
        from great_expectations.data_context.types.base import ProgressBarsConfig

        _context = gx.get_context(mode="ephemeral")
        _context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return _context


def is_started() -> bool:
    """Say whether a gate has validated anything in this process."""
    return _context is not None


class Audit:
    """A DuckDB file under validation; use `audit` to open one."""

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._source = context().data_sources.add_or_update_sql(
            name=name, connection_string=url_of(path)
        )

    def validate(
        self, asset: str, query: str, measures: Mapping[str, Sequence[Measure]]
    ) -> dict[str, Outcome]:
        """Validate the rows of a query; return the outcome of each check.

        The query is pushed down as a subquery of what each expectation asks. Only figures come
        back.
        """
        gx = great_expectations()
        owner: list[tuple[str, Measure]] = []
        suite = gx.ExpectationSuite(name=f"{self._name}.{asset}")
        for check, of_check in measures.items():
            for measure in of_check:
                measure.expectation.meta = {"check": check, "measure": len(owner)}
                owner.append((check, measure))
                suite.add_expectation(measure.expectation)
        if not owner:
            return {}
        batch = self._source.add_query_asset(
            name=asset, query=query
        ).add_batch_definition_whole_table("all rows")
        validation = context().validation_definitions.add_or_update(
            gx.ValidationDefinition(
                name=suite.name, data=batch, suite=context().suites.add_or_update(suite)
            )
        )
        results = validation.run(result_format=_RESULT_FORMAT).results
        outcomes = {check: Outcome() for check in measures}
        for result in results:
            check, measure = owner[result.expectation_config.meta["measure"]]
            _record(outcomes[check], measure, result)
        return outcomes

    def close(self) -> None:
        """Let the file go, so that the next writer can open it."""
        self._source.get_execution_engine().close()
        self._source.get_engine().dispose()


@contextmanager
def audit(name: str, path: Path) -> Iterator[Audit]:
    """Open a DuckDB file for validation and let it go at the end."""
    opened = Audit(name, path)
    try:
        yield opened
    finally:
        opened.close()


def _record(outcome: Outcome, measure: Measure, result: Any) -> None:
    error = _error_of(result.exception_info)
    if error:
        outcome.success = False
        outcome.error = outcome.error or error
        return
    outcome.success = outcome.success and bool(result.success)
    outcome.figures.update(measure.read(result.result))


def _error_of(info: Mapping[str, Any] | None) -> str:
    """Return the first line of an exception, without quoted text that could be a value."""
    for entry in [info, *(info or {}).values()]:
        if isinstance(entry, Mapping) and entry.get("raised_exception"):
            line = str(entry.get("exception_message") or "unknown error").strip().splitlines()[0]
            return re.sub(r"'[^']*'|\S*@\S*", "…", line)
    return ""
