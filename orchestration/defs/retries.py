"""Which failures are worth another try."""

import contextlib
import errno
import os
from collections.abc import Iterator

import dagster as dg
import duckdb

from orchestration.dbt import DbtFailed
from orchestration.errors import Busy, lacks_room

MOST_RETRIES = 2
FIRST_WAIT_SECONDS = 30
IN_THE_FOREGROUND = {"lead_scoring/in_the_foreground": "yes"}
"""Tag of runs that a person waits for: who reads the error can start again."""

_PASSING = {errno.EAGAIN, errno.EBUSY, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOSPC}
_PASSING |= {errno.ESTALE, errno.ETIMEDOUT}
_PASSING_TEXTS = ("Could not set lock on file", *map(os.strerror, _PASSING))
"""What dbt passes on of the system's errors and of DuckDB's: their words."""


@contextlib.contextmanager
def where_it_helps(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Ask Dagster for another try when a file is held or the disk failed, with longer waits.

    A check that blocks, a broken seed and unusable data stay as they are until a person acts, so
    they are never tried again. Every step may be repeated: it reads what earlier ones left.
    """
    try:
        yield
    except Exception as error:
        is_watched = IN_THE_FOREGROUND.keys() <= context.run.tags.keys()
        if is_watched or context.retry_number >= MOST_RETRIES or not is_passing(error):
            raise
        wait = FIRST_WAIT_SECONDS * 2**context.retry_number
        context.log.warning(f"{error}; trying again in {wait} s")
        raise dg.RetryRequested(MOST_RETRIES, seconds_to_wait=wait) from error


def is_passing(error: BaseException) -> bool:
    """Whether the same may work a little later."""
    if isinstance(error, OSError):
        return error.errno in _PASSING
    if isinstance(error, DbtFailed):
        return lacks_room(error) or any(text in str(error) for text in _PASSING_TEXTS)
    return lacks_room(error) or isinstance(error, Busy | duckdb.IOException)
