"""How the hand-written programs are started: the same options, and the cost of their work alone."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path


def run_as_command(write_scores: Callable[[Path, Path, date, Path], None]) -> None:
    """Read the options, write the scores, and print seconds and CPU seconds of that as JSON.

    Starting Python and importing the engine's library is not counted: the models' cost has
    nothing of the kind either.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--seeds", type=Path, required=True, help="folder of the scoring seeds")
    parser.add_argument("--date", type=date.fromisoformat, required=True)
    parser.add_argument("--output", type=Path, required=True, help="Parquet file to write")
    options = parser.parse_args()
    started, used = time.perf_counter(), time.process_time()
    write_scores(options.landing, options.seeds, options.date, options.output)
    work = {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - used,
    }
    print(json.dumps(work))
