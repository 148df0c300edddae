"""Checks that the hand-written programs and the published mart hold the same scores."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Difference:
    """How the scores of one program differ from those by hand.

    `missing` leads are in one of the two only; `different` ones differ by more than the tolerance,
    or have no score.
    """

    name: str
    leads: int
    missing: int
    different: int
    largest: float

    @property
    def is_equal(self) -> bool:
        return self.leads > 0 and self.missing == 0 and self.different == 0

    def __str__(self) -> str:
        if self.is_equal:
            return f"{self.name}: all {self.leads:,} scores equal"
        return (
            f"{self.name}: {self.missing:,} leads are in one only, {self.different:,} of "
            f"{self.leads:,} scores differ, by up to {self.largest:g}"
        )


def compare(name: str, by_hand: Path, other: Path) -> Difference:
    """Compare lead_id and score of two Parquet files, or of one and a published DuckDB file.

    A process of its own does it, so that the memory of this one stays small: `benchmarks.shape`.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_compare, name, by_hand, other).result()


def _compare(name: str, by_hand: Path, other: Path) -> Difference:
    import duckdb

    with duckdb.connect() as connection:
        connection.read_parquet(str(by_hand)).create_view("by_hand")
        if other.suffix == ".parquet":
            connection.read_parquet(str(other)).create_view("other")
        else:
            file = str(other).replace("'", "''")
            connection.execute(f"attach '{file}' as published (read_only)")
            connection.table("published.lead_scores").create_view("other")
        found = connection.execute(
            """
            select
                count(*),
                count(*) filter (where by_hand.lead_id is null or other.lead_id is null),
                count(*) filter (
                    where by_hand.lead_id = other.lead_id
                    and coalesce(abs(by_hand.score - other.score) > $tolerance, true)
                ),
                coalesce(max(abs(by_hand.score - other.score)), 0)
            from by_hand full join other on by_hand.lead_id = other.lead_id
            """,
            {"tolerance": TOLERANCE},
        ).fetchone()
    assert found
    return Difference(name, *found)
