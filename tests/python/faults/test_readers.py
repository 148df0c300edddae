"""Readers that follow the contract, in their own processes, while publish follows publish."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from orchestration import warehouse
from orchestration.publishing import release

LEADS = 2_000
READER = """
import json, sys, time
from pathlib import Path
import duckdb

way, published = sys.argv[1], Path(sys.argv[2])
seconds, leads = float(sys.argv[3]), int(sys.argv[4])
COUNTED = "select count(*), min(run_id), max(run_id) from "


def of_the_release():
    folder = (published / "current").resolve()
    run = json.loads((folder / "manifest.json").read_text())["run_id"]
    with duckdb.connect(str(folder / "lead_scoring.duckdb"), read_only=True) as connection:
        counts = [connection.execute(COUNTED + mart).fetchone()
                  for mart in ("lead_scores", "dim_leads", "lead_score_history")]
        assert connection.execute("select run_id from manifest").fetchall() == [(run,)]
    counts += [duckdb.sql(f"{COUNTED} '{folder}/parquet/{mart}/*.parquet'").fetchone()
               for mart in ("lead_scores", "dim_leads", "lead_score_history")]
    return run, counts


def by_the_link():
    with duckdb.connect(str(published / "lead_scoring.duckdb"), read_only=True) as connection:
        [(run,)] = connection.execute("select run_id from manifest").fetchall()
        counts = [connection.execute(COUNTED + mart).fetchone()
                  for mart in ("lead_scores", "dim_leads", "lead_score_history")]
    return run, counts


def by_a_parquet_link():
    file = published / "parquet" / "lead_scores" / "lead_scores.parquet"
    count = duckdb.sql(f"{COUNTED} '{file}'").fetchone()
    return count[1], [count]


WAYS = {"release": of_the_release, "link": by_the_link, "parquet": by_a_parquet_link}
end, seen, reads = time.monotonic() + seconds, set(), 0
while time.monotonic() < end:
    run, counts = WAYS[way]()
    assert counts == [(leads, run, run)] * len(counts), (run, counts)
    seen.add(run)
    reads += 1
print(reads, len(seen))
"""


class Publisher:
    """Publishes leads whose every row names the run, again and again."""

    def __init__(self, folder: Path) -> None:
        self.working, self.published = folder / "w" / "w.duckdb", folder / "published"
        self.number = 0

    def publish(self, is_repeated: bool = False) -> None:
        """Publish a run, or the last one once more, as Dagster does when it tries a step again."""
        self.number += not is_repeated
        run_id, day = f"run-{self.number:05d}", date(2026, 3, 30)
        with warehouse.opened(self.working) as connection:
            connection.execute("create schema if not exists marts")
            for mart in ("lead_scores", "dim_leads", release.HISTORY_MART):
                connection.execute(
                    f"create or replace table marts.{mart} as select 'lead-' || i as lead_id, "
                    f"'v1' as model_version, date '{day}' as score_date, '{run_id}' as run_id, "
                    f"repeat('x', 100) as filling from range({LEADS}) as r (i)"
                )
        contents = release.Contents(
            run_id=run_id,
            score_date=day,
            is_latest=True,
            published_at="2026-03-31T00:00:00Z",
            marts=["lead_scores", "dim_leads", release.HISTORY_MART],
            checks={},
            accepted=(),
        )
        release.publish(self.working, self.published, contents)


def reading(publisher: Publisher, ways: tuple[str, ...], seconds: int) -> list[subprocess.Popen]:
    """Start readers that read in a loop."""
    return [
        subprocess.Popen(
            [
                *(sys.executable, "-c", READER, way),
                *(str(publisher.published), str(seconds), str(LEADS)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for way in ways
    ]


def runs_seen(processes: list[subprocess.Popen]) -> list[int]:
    """How many runs each reader has seen; fails when one of them saw an error."""
    outcomes = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), outcomes
    return [int(said.split()[1]) for said, _ in outcomes]


@pytest.mark.parametrize(
    ("readers", "seconds"),
    [
        pytest.param(("release", "link", "parquet"), 4, id="three"),
        pytest.param(
            ("release",) * 3 + ("link",) * 3 + ("parquet",) * 2,
            30,
            id="eight",
            marks=pytest.mark.full,
        ),
    ],
)
def test_readers_of_a_publish_in_a_loop_never_see_an_error_half_a_table_or_two_runs(
    tmp_path: Path, readers: tuple[str, ...], seconds: int
) -> None:
    publisher = Publisher(tmp_path)
    publisher.publish()
    processes = reading(publisher, readers, seconds)
    while any(process.poll() is None for process in processes):
        publisher.publish()
        # Faster than any run; a reader has the time of three publishes.
        time.sleep(0.3)
    assert min(runs_seen(processes)) > 1


def test_a_publish_that_is_repeated_takes_nothing_from_its_readers(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path)
    publisher.publish()
    processes = reading(publisher, ("release", "link", "parquet"), seconds=6)
    while any(process.poll() is None for process in processes):
        publisher.publish(is_repeated=True)
        time.sleep(0.3)
    assert runs_seen(processes) == [1, 1, 1]
