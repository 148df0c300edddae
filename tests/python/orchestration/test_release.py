"""Releases are built aside, switched in at once, and pruned."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration import warehouse
from orchestration.errors import ConfigurationError
from orchestration.publishing import release
from orchestration.publishing.release import Contents

MARTS = ("lead_score_contributions", "lead_scores", "lead_scores_as_of", "lead_scores_by_model")


@pytest.fixture
def working_file(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "lead_scoring.duckdb"
    fill(path, score=40, day="2024-03-01")
    return path


def fill(path: Path, score: float, day: str, as_of: str | None = None) -> None:
    """Write marts of one lead into a working file."""
    with warehouse.opened(path) as connection:
        connection.execute("create schema if not exists marts")
        row = f"select 'L1' as lead_id, date '{day}' as score_date, {score}::double as score"
        for mart in ("lead_scores", "lead_score_contributions"):
            connection.execute(f"create or replace table marts.{mart} as {row}")
        connection.execute(
            "create or replace table marts.lead_scores_by_model as "
            f"{row}, 'b2b' as model_version, 'abc' as weights_hash"
        )
        connection.execute(
            f"create or replace table marts.lead_scores_as_of as select 'L1' as lead_id, "
            f"date '{as_of or day}' as score_date where {as_of is not None}"
        )


def contents(run_id: str, day: str = "2024-03-01", is_latest: bool = True) -> Contents:
    return Contents(
        run_id=run_id,
        score_date=date.fromisoformat(day),
        is_latest=is_latest,
        published_at="2024-03-02T00:10:00Z",
        marts=MARTS,
        checks={"passed": ["lead_scores_key"], "warned": [], "skipped": []},
        accepted=["lead_scores_mean"],
    )


def published_score(published: Path) -> float:
    with warehouse.opened(published / "lead_scoring.duckdb", read_only=True) as connection:
        return connection.execute("select score from lead_scores").fetchone()[0]


def test_a_release_has_a_database_parquet_files_and_a_manifest(
    working_file: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    folder = release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))
    assert folder == published / "releases" / "20240301T000000Z-aaaaaa"
    assert sorted(p.name for p in (folder / "parquet").iterdir()) == list(MARTS)
    assert (folder / "parquet" / "lead_scores" / "lead_scores.parquet").is_file()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["run_id"] == "20240301T000000Z-aaaaaa"
    assert manifest["score_date"] == "2024-03-01"
    assert manifest["weights_hash"] == {"b2b": "abc"}
    assert manifest["row_counts"]["lead_scores"] == 1
    assert manifest["checks"]["passed"] == ["lead_scores_key"]
    assert manifest["accepted"] == ["lead_scores_mean"]


def test_any_client_since_duckdb_1_0_can_open_the_published_database(
    working_file: Path, tmp_path: Path
) -> None:
    release.publish(working_file, tmp_path / "published", contents("20240301T000000Z-aaaaaa"))

    with warehouse.opened(tmp_path / "published" / "lead_scoring.duckdb", read_only=True) as opened:
        row = opened.execute(
            "select tags['storage_version'] from duckdb_databases() where readonly"
        ).fetchone()
    assert row is not None
    assert row[0].startswith("v1.0.0")


def test_the_manifest_is_a_table_of_the_published_database(
    working_file: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))
    with warehouse.opened(published / "lead_scoring.duckdb", read_only=True) as connection:
        row = connection.execute(
            "select run_id, score_date, row_counts->>'lead_scores', published_at from manifest"
        ).fetchone()
    assert row[:3] == ("20240301T000000Z-aaaaaa", date(2024, 3, 1), "1")
    assert row[3].isoformat() == "2024-03-02T00:10:00"


def test_readers_reach_everything_through_links_to_the_current_release(
    working_file: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))
    fill(working_file, score=55, day="2024-03-02")
    release.publish(working_file, published, contents("20240302T000000Z-bbbbbb", "2024-03-02"))
    assert os.readlink(published / "current") == "releases/20240302T000000Z-bbbbbb"
    assert os.readlink(published / "lead_scoring.duckdb") == "current/lead_scoring.duckdb"
    assert os.readlink(published / "parquet") == "current/parquet"
    assert os.readlink(published / "manifest.json") == "current/manifest.json"
    assert published_score(published) == 55


def test_a_reader_keeps_the_release_it_has_open(working_file: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    release.publish(working_file, published, contents("20240301T000000Z-000000"))
    with warehouse.opened(published / "lead_scoring.duckdb", read_only=True) as reader:
        fill(working_file, score=55, day="2024-03-02")
        for number in range(1, 5):
            release.publish(working_file, published, contents(f"20240302T00000{number}Z-bbbbbb"))
        assert reader.execute("select score from lead_scores").fetchone() == (40,)


def test_three_releases_are_kept(working_file: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    for number in range(5):
        release.publish(working_file, published, contents(f"20240301T00000{number}Z-aaaaaa"))
    kept = sorted(path.name for path in (published / "releases").iterdir())
    assert kept == [f"20240301T00000{number}Z-aaaaaa" for number in (2, 3, 4)]


def test_what_is_no_release_is_left_alone_and_takes_no_place_of_one(
    working_file: Path, tmp_path: Path
) -> None:
    releases = tmp_path / "published" / "releases"
    for stray in ("a copy", "zz copy"):
        (releases / stray).mkdir(parents=True)
    (releases / "notes.txt").write_text("mine")
    for number in range(5):
        release.publish(working_file, releases.parent, contents(f"20240301T00000{number}Z-aaaaaa"))
    assert sorted(path.name for path in releases.iterdir()) == [
        *(f"20240301T00000{number}Z-aaaaaa" for number in (2, 3, 4)),
        *("a copy", "notes.txt", "zz copy"),
    ]


def test_what_a_crashed_run_left_is_removed_by_the_next(working_file: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))
    half = published / "releases" / ".building-20240301T000001Z-cccccc"
    (half / "parquet").mkdir(parents=True)
    (half / "lead_scoring.duckdb").write_bytes(b"half a file")
    (published / ".link-current").symlink_to("releases/nothing")
    release.publish(working_file, published, contents("20240301T000002Z-bbbbbb"))
    assert sorted(path.name for path in (published / "releases").iterdir()) == [
        "20240301T000000Z-aaaaaa",
        "20240301T000002Z-bbbbbb",
    ]
    assert not (published / ".link-current").is_symlink()


def test_a_crash_while_building_leaves_the_last_release_in_place(
    working_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = tmp_path / "published"
    release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))
    fill(working_file, score=55, day="2024-03-02")

    def crash(folder: Path) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(release, "_write_to_disk", crash)
    with pytest.raises(OSError, match="no space"):
        release.publish(working_file, published, contents("20240302T000000Z-bbbbbb"))
    assert published_score(published) == 40


def test_a_run_that_publishes_again_makes_a_release_of_its_own_each_time(
    working_file: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    run_id = "20240301T000000Z-aaaaaa"
    for score in range(40, 52):
        fill(working_file, score=score, day="2024-03-01")
        folder = release.publish(working_file, published, contents(run_id))
        assert published_score(published) == score
        assert release.current(published) == folder
        assert release.read_manifest(published)["run_id"] == run_id
        (published / "releases" / f"{run_id} copy").mkdir(exist_ok=True)
    kept = sorted(path.name for path in (published / "releases").glob("*[0-9]"))
    assert kept == [f"{run_id}-{number}" for number in (10, 11, 12)]


def test_a_publish_that_fails_before_the_switch_leaves_no_release_of_its_own(
    working_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = tmp_path / "published"
    release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))

    def crash(folder: Path) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as full:
        full.setattr(release, "_write_to_disk", crash)
        for _ in range(3):
            with pytest.raises(OSError, match="no space"):
                release.publish(working_file, published, contents("20240302T000000Z-bbbbbb"))
    folder = release.publish(working_file, published, contents("20240302T000000Z-bbbbbb"))
    assert sorted(path.name for path in (published / "releases").iterdir()) == [
        "20240301T000000Z-aaaaaa",
        "20240302T000000Z-bbbbbb",
    ]
    assert folder == release.current(published)


def test_an_earlier_day_changes_only_the_as_of_mart(working_file: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))
    # The working file holds a score that a check stopped; it must not get out by this way.
    fill(working_file, score=99, day="2024-03-05", as_of="2024-02-01")
    release.publish(
        working_file, published, contents("20240306T000000Z-bbbbbb", "2024-02-01", is_latest=False)
    )
    assert published_score(published) == 40
    manifest = release.read_manifest(published)
    assert (manifest["score_date"], manifest["scored_date"]) == ("2024-03-01", "2024-02-01")
    assert manifest["row_counts"]["lead_scores_as_of"] == 1


def test_an_earlier_day_without_a_release_names_the_remedy(
    working_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="Score the latest day first"):
        release.publish(
            working_file, tmp_path / "published", contents("x", "2024-02-01", is_latest=False)
        )


def test_published_files_are_readable_by_the_group_at_most(
    working_file: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))
    for path in published.rglob("*"):
        if not path.is_symlink():
            allowed = 0o750 if path.is_dir() else 0o640
            assert path.stat().st_mode & 0o777 & ~allowed == 0, path


def test_a_folder_in_the_place_of_a_link_is_named_and_kept(
    working_file: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    (published / "parquet").mkdir(parents=True)
    (published / "parquet" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match=r"parquet.*needed for a link"):
        release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))
    assert (published / "parquet" / "mine.txt").read_text() == "mine"


def keep_history(path: Path, *rows: tuple[str, float]) -> None:
    """Write history of one lead into a working file: days, and by how much the score moved."""
    with warehouse.opened(path) as connection:
        connection.execute(
            "create or replace table marts.lead_score_history (lead_id varchar, "
            "model_version varchar, run_id varchar, score_date date, score_change double)"
        )
        connection.executemany(
            "insert into marts.lead_score_history values ('L1', 'b2b', 'a run', ?, ?)", rows
        )


def publish_history(working_file: Path, published: Path, run_id: str, **changes: Any) -> Path:
    made = replace(contents(run_id), **changes)
    return release.publish(
        working_file, published, replace(made, marts=(*MARTS, release.HISTORY_MART))
    )


def month_files(folder: Path) -> dict[str, int]:
    files = (folder / "parquet" / "lead_score_history").glob("*.parquet")
    return {file.stem: file.stat().st_ino for file in files}


def test_a_month_of_history_is_the_same_file_until_a_cell_of_it_changes(
    working_file: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    keep_history(working_file, ("2024-02-29", 1.0), ("2024-03-01", 2.0), ("2024-03-02", 2.0))
    first = month_files(publish_history(working_file, published, "20240301T000000Z-aaaaaa"))
    # The same change in two rows.
    keep_history(working_file, ("2024-02-29", 1.0), ("2024-03-01", 3.0), ("2024-03-02", 3.0))
    folder = publish_history(working_file, published, "20240301T010000Z-bbbbbb")
    second = month_files(folder)
    assert first.keys() == second.keys() == {"2024-02", "2024-03"}
    assert first["2024-02"] == second["2024-02"]
    assert first["2024-03"] != second["2024-03"]
    with warehouse.opened(published / "lead_scoring.duckdb", read_only=True) as connection:
        rows = connection.execute("select score_change from lead_score_history order by 1")
        assert rows.fetchall() == [(1.0,), (3.0,), (3.0,)]
    counts = json.loads((folder / "manifest.json").read_text())["row_counts"]
    assert counts["lead_score_history"] == 3


def test_an_earlier_day_brings_the_history_of_the_release_before_along(
    working_file: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    keep_history(working_file, ("2024-03-01", 2.0))
    first = publish_history(working_file, published, "20240301T000000Z-aaaaaa")
    keep_history(working_file, ("2024-03-01", 9.0))
    second = publish_history(
        working_file,
        published,
        "20240301T010000Z-bbbbbb",
        score_date=date(2024, 2, 1),
        is_latest=False,
    )
    assert month_files(second) == month_files(first)


def test_a_release_after_one_without_history_has_none_either_on_an_earlier_day(
    working_file: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    release.publish(working_file, published, contents("20240301T000000Z-aaaaaa"))
    keep_history(working_file, ("2024-03-01", 2.0))
    folder = publish_history(
        working_file,
        published,
        "20240301T010000Z-bbbbbb",
        score_date=date(2024, 2, 1),
        is_latest=False,
    )
    manifest = json.loads((folder / "manifest.json").read_text())
    assert "lead_score_history" not in manifest["row_counts"]
    assert month_files(folder) == {}
