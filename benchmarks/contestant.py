"""How the hand-written programs are started: the same options, and seconds of their work alone."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path


def run_as_command(write_scores: Callable[[Path, Path, date, Path], None]) -> None:
    """Read the options, write the scores, and print the seconds from opening to written file.

    Starting Python and importing the engine's library is not counted: the models' seconds do not
    have it either.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--seeds", type=Path, required=True, help="folder of the scoring seeds")
    parser.add_argument("--date", type=date.fromisoformat, required=True)
    parser.add_argument("--output", type=Path, required=True, help="Parquet file to write")
    options = parser.parse_args()
    started = time.perf_counter()
    write_scores(options.landing, options.seeds, options.date, options.output)
    print(time.perf_counter() - started)
