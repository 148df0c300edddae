"""Runs by_hand.sql in DuckDB and writes its scores, in a process and memory of its own."""

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
        query = QUERY.read_text(encoding="utf-8")
        file = str(output).replace("'", "''")
        connection.execute(f"copy ({query}) to '{file}' (format parquet)")


if __name__ == "__main__":
    run_as_command(write_scores)
