"""What the terminal shows: consoles that colour only terminals, and progress on standard error."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from orchestration import progress

if TYPE_CHECKING:
    from rich.progress import TaskID


class _Plain(Console):
    """A console on which text from data can neither move the cursor nor turn writing around."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Replace what is not for reading; what Rich itself tells the terminal stays."""
        for segment in super().render(renderable, options):
            text = segment.text.translate(_NOT_FOR_READING)
            yield segment if segment.control else segment._replace(text=text)


# Control characters but the end of a line, and marks that turn the direction of writing.
_NOT_FOR_READING = {
    number: "\ufffd"
    for number in (*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if number != ord("\n")
}


def console(stderr: bool = False) -> Console:
    """Return a console that prints text as it is: brackets in data are no markup.

    Styles appear only on a terminal, and never when NO_COLOR is set.
    """
    out = _Plain(
        stderr=stderr,
        markup=False,
        highlight=False,
        emoji=False,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
    )
    if not out.is_terminal and "COLUMNS" not in os.environ:
        out.width = _FILE_WIDTH
    return out


# A pipe or file has no width; tables of the summary read well at this one.
_FILE_WIDTH = 120


@contextlib.contextmanager
def shows_progress() -> Iterator[None]:
    """Show the steps on standard error: live on a terminal, else a line for each that has ended."""
    out = console(stderr=True)
    listener = _LiveProgress(out) if out.is_terminal else _LineProgress(out)
    with progress.shown_by(listener), listener:
        yield


@contextlib.contextmanager
def quiet(debug: bool) -> Iterator[None]:
    """Keep standard output for results, and the tools' own chatter away unless `debug`."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(sys.stderr))
        if not debug:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            # A log that finds no room on a full disk would print a traceback for each line.
            stack.callback(setattr, logging, "raiseExceptions", logging.raiseExceptions)
            logging.raiseExceptions = False
            # Without a handler Python itself prints warnings; dbt's log file has its own handler.
            handler = logging.NullHandler()
            logging.root.addHandler(handler)
            stack.callback(logging.root.removeHandler, handler)
        yield


def command() -> str:
    """How `leadscore` is typed here: by its name where that is found, else by its path."""
    if shutil.which("leadscore"):
        return "leadscore"
    program = Path(sys.executable).parent / "leadscore"
    try:
        return str(program.relative_to(Path.cwd()))
    except ValueError:
        return str(program)


class _LineProgress(contextlib.AbstractContextManager):
    """One line for each step, for logs and pipes."""

    def __init__(self, out: Console) -> None:
        self._out = out

    def __exit__(self, *_: object) -> None: ...

    def step_started(self, title: str) -> None: ...

    def node(self, name: str, done: int, total: int) -> None: ...

    def step_ended(self, title: str, seconds: float, failed: bool) -> None:
        self._out.print(f"{'✗' if failed else '✓'} {title} ({seconds:.1f} s)")


class _LiveProgress(contextlib.AbstractContextManager):
    """Ended steps as lines, the present one with a spinner, its dbt nodes counted, and its time."""

    def __init__(self, out: Console) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=out,
            transient=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> _LiveProgress:
        self._progress.start()
        self._task = self._progress.add_task("Starting", total=None, detail="")
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def step_started(self, title: str) -> None:
        self._drop_task()
        self._task = self._progress.add_task(title, total=None, detail="")

    def node(self, name: str, done: int, total: int) -> None:
        if self._task is not None:
            self._progress.update(
                self._task, completed=done, total=total or None, detail=f"{done}/{total} {name}"
            )

    def step_ended(self, title: str, seconds: float, failed: bool) -> None:
        self._drop_task()
        self._progress.console.print(f"{'✗' if failed else '✓'} {title} ({seconds:.1f} s)")

    def _drop_task(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
