"""Real faults: readers keep the last good release, and the next run repairs what was disturbed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest
from conftest import HOLDS_A_DATABASE, ScoredProject, another_process
from disturbed import Disturbed, assert_is_whole, differences
from false_clock import FalseClock

from orchestration.pipeline import BEFORE_PUBLISH, TITLES

STEPS = (*BEFORE_PUBLISH, "publish")
MOMENTS = Random(20).sample(range(1_000), 20)
"""Thousandths of the step in which a run is killed; the steps take turns."""
STARTING = 4.0
"""Seconds in which a run starts, before its first step."""


def without_working_file(project: ScoredProject, folder: Path) -> Disturbed:
    """What was scored is still published, and all that landed is yet to be taken in again."""
    copy = project.copied_to(folder)
    shutil.rmtree(copy.warehouse.parent)
    return Disturbed(folder, project.score_date)


def test_a_killed_run_is_repaired_by_the_one_of_two_at_once_that_is_let_in(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    disturbed = without_working_file(scored_project, tmp_path / "project")
    last_good = disturbed.release()
    assert last_good is not None

    assert disturbed.kill_within(TITLES["intake"], 2, whole_group=False)
    assert disturbed.release() == last_good
    assert_is_whole(last_good)

    both = [disturbed.start(), disturbed.start()]
    said = [process.communicate(timeout=500)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 2], said
    refused = said[[process.returncode for process in both].index(2)]
    # The number of its process is missing while the other one is about to write it.
    assert "another run is writing to this warehouse" in " ".join(refused.split())
    repaired = disturbed.release()
    assert repaired is not None
    assert repaired != last_good
    assert_is_whole(repaired)
    assert differences(last_good, repaired) == {}


@pytest.fixture(scope="module")
def next_day(scored_project: ScoredProject, tmp_path_factory: pytest.TempPathFactory) -> Disturbed:
    """The scored project on its next day, with one more file of events, of which some repeat and
    one is broken: history gets a day, and leads change their tiers."""
    folder = tmp_path_factory.mktemp("next_day") / "project"
    events = scored_project.copied_to(folder).landing / "custom" / "events"
    duckdb.sql(
        f"create or replace temp table known as from read_parquet('{events}/daily/*.parquet')"
    )
    duckdb.sql(
        "copy ((from known order by event_id desc limit 60) "
        "union all by name (select * replace ('again-' || event_id as event_id) from known "
        "where lead_id is not null order by event_id limit 40) "
        "union all by name (select * replace ('' as event_id) from known limit 1)) "
        f"to '{events}/more.parquet'"
    )
    return Disturbed(folder, scored_project.score_date + timedelta(days=1))


@pytest.fixture(scope="module")
def undisturbed(next_day: Disturbed, tmp_path_factory: pytest.TempPathFactory) -> Disturbed:
    folder = tmp_path_factory.mktemp("undisturbed") / "project"
    shutil.copytree(next_day.folder, folder, symlinks=True)
    done = Disturbed(folder, next_day.day)
    code, said = done.score()
    assert code == 0, said
    return done


def repaired(disturbed: Disturbed, undisturbed: Disturbed) -> bool:
    """Run once more, without help; say if readers have now what an undisturbed run makes."""
    code, said = disturbed.score()
    assert code == 0, said
    now, expected = disturbed.release(), undisturbed.release()
    assert now is not None
    assert expected is not None
    assert_is_whole(now)
    assert differences(expected, now) == {}
    return True


@pytest.fixture
def disturbed(next_day: Disturbed, tmp_path: Path) -> Iterator[Disturbed]:
    """A copy to disturb; whatever happens, readers find a whole release at the end."""
    shutil.copytree(next_day.folder, tmp_path / "project", symlinks=True)
    project = Disturbed(tmp_path / "project", next_day.day)
    yield project
    seen = project.release()
    assert seen is not None
    assert_is_whole(seen)


# --- runs that end before they have begun ---------------------------------------------------------


def test_a_working_file_that_another_program_holds_is_told_with_its_process(
    disturbed: Disturbed,
) -> None:
    last_good = disturbed.release()
    with another_process(HOLDS_A_DATABASE, disturbed.working_file) as holder:
        code, said = disturbed.score()
    assert (code, disturbed.release()) == (2, last_good), said
    assert f"the working file is open in process {holder}" in said
    assert "Close that program" in said


def test_files_that_may_not_grow_are_told_like_a_full_disk_and_change_nothing(
    disturbed: Disturbed,
) -> None:
    last_good = disturbed.release()
    code, said = disturbed.score("prlimit", "--fsize=20000")
    assert (code, disturbed.release()) == (2, last_good), said
    assert "the disk is full" in said
    assert "Make room" in said
    assert "Traceback" not in said


# --- whole runs -----------------------------------------------------------------------------------


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("number", range(len(MOMENTS)))
def test_a_run_that_is_killed_at_any_moment_is_repaired_by_the_next(
    disturbed: Disturbed, undisturbed: Disturbed, number: int
) -> None:
    last_good = disturbed.release()
    step = STEPS[number % len(STEPS)]
    is_first = step == STEPS[0]
    before = "" if is_first else TITLES[STEPS[number % len(STEPS) - 1]]
    seconds = undisturbed.step_seconds()[step] + (STARTING if is_first else 0)
    seconds *= MOMENTS[number] / 1_000

    assert disturbed.kill_within(before, seconds, whole_group=number % 2 == 0)
    seen = disturbed.release()
    assert seen is not None
    assert seen == last_good or step == "publish"
    assert_is_whole(seen)
    assert repaired(disturbed, undisturbed)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("what", "free_megabytes"), [("warehouse", 1), ("warehouse", 12), ("published", 1)]
)
def test_a_full_disk_is_told_and_room_is_all_that_the_next_run_needs(
    small_disk: Path,
    disturbed: Disturbed,
    undisturbed: Disturbed,
    what: str,
    free_megabytes: int,
) -> None:
    last_good = (disturbed.release() or Path()).name
    shutil.copytree(disturbed.folder / what, small_disk / what, symlinks=True)
    shutil.rmtree(disturbed.folder / what)
    (disturbed.folder / what).symlink_to(small_disk / what)
    free = shutil.disk_usage(small_disk).free - free_megabytes * 1_000_000
    (small_disk / "filling").write_bytes(bytes(free))

    code, said = disturbed.score()
    assert code == 2, said
    assert "the disk is full" in said
    assert "Traceback" not in said
    seen = disturbed.release()
    assert seen is not None
    assert seen.name == last_good
    assert_is_whole(seen)

    (small_disk / "filling").unlink()
    assert repaired(disturbed, undisturbed)


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_half_of_a_file_is_quarantined_by_name_until_the_whole_of_it_has_landed(
    disturbed: Disturbed, undisturbed: Disturbed
) -> None:
    file = disturbed.landing / "custom" / "events" / "more.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    code, said = disturbed.score()
    assert code == 0, said
    quarantine = f"{disturbed.release()}/parquet/quarantine/quarantine.parquet"
    assert duckdb.sql(
        f"select count(*) from '{quarantine}' where file = 'more.parquet'"
    ).fetchone() == (1,)
    file.write_bytes(whole)
    assert repaired(disturbed, undisturbed)


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_clock_that_was_two_days_ahead_disturbs_neither_runs_nor_the_order_of_releases(
    disturbed: Disturbed, undisturbed: Disturbed
) -> None:
    ahead = datetime.now(UTC) + timedelta(days=2)
    for file in disturbed.landing.rglob("*.parquet"):
        os.utime(file, (ahead.timestamp(), ahead.timestamp()))
    first = disturbed.rename_release(f"{ahead:%Y%m%dT%H%M%SZ}-ffffff")
    assert repaired(disturbed, undisturbed)
    second = disturbed.release()
    assert second is not None
    assert second.name > first.name
    assert first.is_dir()


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_clock_that_jumps_at_every_step_changes_no_score_and_no_order_of_releases(
    disturbed: Disturbed, undisturbed: Disturbed, tmp_path: Path
) -> None:
    last_good, expected = disturbed.release(), undisturbed.release()
    assert last_good is not None
    assert expected is not None
    clock = FalseClock(tmp_path)
    process = disturbed.start(**clock.variables)
    assert process.stderr is not None
    said, jumps = [], 0
    for line in process.stderr:
        said.append(line)
        if any(TITLES[step] in line for step in STEPS):
            clock.set_ahead((-2, 3, -400, 0, 1)[jumps % 5])
            jumps += 1
    process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert jumps >= len(STEPS), said
    jumped = disturbed.release()
    assert jumped is not None
    assert_is_whole(jumped)
    assert differences(expected, jumped) == {}
    assert repaired(disturbed, undisturbed)
    after = disturbed.release()
    assert after is not None
    assert last_good.name < jumped.name < after.name


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("place", "mode"), [("landing/custom/events", 0o000), ("published/releases", 0o550)]
)
def test_a_folder_without_access_is_named_and_access_is_all_that_the_next_run_needs(
    disturbed: Disturbed, undisturbed: Disturbed, place: str, mode: int
) -> None:
    folder, last_good = disturbed.folder / place, disturbed.release()
    kept = folder.stat().st_mode
    folder.chmod(mode)
    # Root may do everything; without these two rights modes count for it too.
    as_anybody = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    try:
        code, said = disturbed.score(*(as_anybody if os.geteuid() == 0 else ()))
    finally:
        folder.chmod(kept)
    assert (code, disturbed.release()) == (2, last_good), said
    assert "does not let this user" in said
    assert place in said
    assert repaired(disturbed, undisturbed)
