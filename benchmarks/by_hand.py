"""Runs by_hand.sql in DuckDB and writes its scores; a process of its own, so that memory is its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from benchmarks.contestant import run_as_command

QUERY = Path(__file__).with_name("by_hand.sql")


def write_scores(landing: Path, seeds: Path, score_date: date, output: Path) -> None:
    """Write lead_id and score of every lead as Parquet."""
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        connection.execute("set timezone = 'UTC'")
        variables = {"landing": str(landing), "seeds": str(seeds), "score_date": score_date}
        for name, value in variables.items():
            connection.execute(f"set variable {name} = $value", {"value": value})
        connection.execute(
            f"copy ({QUERY.read_text(encoding='utf-8')}) to '{_quoted(output)}' (format parquet)"  # noqa: S608
        )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


if __name__ == "__main__":
    run_as_command(write_scores)
