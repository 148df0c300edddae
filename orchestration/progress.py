"""Long work says how far it is; whoever shows it (a terminal, nobody) listens."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class Listener(Protocol):
    """What a display of progress is told. Nodes arrive from dbt's worker threads."""

    def step_started(self, title: str) -> None:
        """A step begins; `title` is for people."""

    def node(self, name: str, done: int, total: int) -> None:
        """Inside the step `done` of `total` dbt nodes have ended; `name` is the latest."""

    def step_ended(self, title: str, seconds: float, failed: bool) -> None:
        """The step has ended."""


class Silent:
    """Shows nothing; the default."""

    def step_started(self, title: str) -> None: ...

    def node(self, name: str, done: int, total: int) -> None: ...

    def step_ended(self, title: str, seconds: float, failed: bool) -> None: ...


_listener: Listener = Silent()


@contextlib.contextmanager
def shown_by(listener: Listener) -> Iterator[None]:
    """Tell `listener` about all steps for a while."""
    global _listener
    before, _listener = _listener, listener
    try:
        yield
    finally:
        _listener = before


@dataclass
class Mark:
    """Set `failed` when a step fails without an exception."""

    failed: bool = False


@contextlib.contextmanager
def step(title: str) -> Iterator[Mark]:
    """Announce a step, and its end with the seconds it took."""
    started = time.perf_counter()
    _listener.step_started(title)
    mark = Mark()
    try:
        yield mark
    except BaseException:
        mark.failed = True
        raise
    finally:
        _listener.step_ended(title, time.perf_counter() - started, mark.failed)


def node(name: str, done: int, total: int) -> None:
    """Pass a dbt node's progress on to whoever listens."""
    _listener.node(name, done, total)
