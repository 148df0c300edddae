"""Alerts at the end of a run of the command line. An alert that fails never fails the run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from orchestration.alerting import incidents
from orchestration.errors import BlockedByCheck, ConfigurationError, NotCopied
from orchestration.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console


@contextlib.contextmanager
def watched(settings: Settings) -> Iterator[None]:
    """Open an incident when what is inside raises; close those of earlier runs when it does not.

    Somebody who interrupts a run knows about it.
    """
    try:
        yield
    except Exception as error:
        name = type(error).__name__
        is_ours = isinstance(error, ConfigurationError | BlockedByCheck | NotCopied)
        incident = incidents.of_run(name, str(error) if is_ours else f"{name}: {error}")
        _safely(lambda: incidents.run_failed(settings, incident))
        raise
    _safely(lambda: incidents.run_succeeded(settings))


def render(outcome: incidents.Outcome, console: Console) -> None:
    """Print what is open."""
    from rich.table import Table
    from rich.text import Text

    if not outcome.open:
        console.print("No incident is open.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("incident", "since (UTC)", "told", "what"):
        table.add_column(column)
    for key, entry in sorted(outcome.open.items()):
        since = entry.since[:16].replace("T", " ")
        what = f"{entry.title}. {entry.text}"
        table.add_row(*map(Text, (key, since, ", ".join(entry.told) or "nobody", what)))
    console.print(table)


def render_test(said: dict[str, str], console: Console) -> None:
    """Print what each channel said to a test message."""
    for name, trouble in said.items():
        console.print(f"{name}: {trouble or 'took it'}")


def complain(troubles: list[str]) -> None:
    """Say on standard error what could not be told."""
    from orchestration.terminal import console

    for trouble in troubles:
        console(stderr=True).print(f"Alerts: {trouble}", style="yellow", soft_wrap=True)


def _safely(tell: Callable[[], incidents.Outcome]) -> None:
    try:
        complain(tell().troubles)
    except ConfigurationError as error:
        complain([str(error)])
    except Exception as error:
        # Its words may hold what must not be shown.
        complain([f"nobody could be told ({type(error).__name__})"])
