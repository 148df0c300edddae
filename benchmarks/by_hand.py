"""Runs by_hand.sql in DuckDB and writes its scores, in a process and memory of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from benchmarks.contestant import run_as_command

QUERY = Path(__file__).with_name("by_hand.sql")


def write_scores(landing: Path, seeds: Path, score_date: date, output: Path) -> None:
    """Write lead_id and score of every lead as Parquet."""
    query = QUERY.read_text(encoding="utf-8")
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        # Values stand in the text because DuckDB imports pandas, 0.3 s, for the first parameter.
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set variable landing = {_literal(landing)}")
        connection.execute(f"set variable seeds = {_literal(seeds)}")
        connection.execute(f"set variable score_date = date '{score_date}'")
        connection.execute(f"copy ({query}) to {_literal(output)} (format parquet)")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


if __name__ == "__main__":
    run_as_command(write_scores)
