"""The release in PostgreSQL: whole, described, safe to read at any moment, repaired by itself."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from conftest import ScoredProject, leadscore
from postgres_server import PASSWORD, Server

from orchestration import warehouse
from orchestration.errors import ConfigurationError, NotCopied
from orchestration.publishing import postgres, release
from orchestration.publishing.postgres import Described, Target

DAY = date(2026, 3, 30)
HOSTILE = '\'; drop table "x"; -- \\. \\N \t \n \r {} %s <b>ä𝄞</b>'
TEXTS = {
    "lead_scores": Described(
        "One row a lead.",
        {"lead_id": 'The lead\'s "id" {or} so.', "score": "0 to 100"},
        ("lead_id",),
    ),
    "lead_score_history": Described("Days.", {}, ("lead_id", "score_date")),
}


@pytest.fixture(scope="module")
def server(server: Server) -> Server:
    """The server, with a role that reads."""
    server.rows(f"create role reader login password '{PASSWORD}'")
    return server


@pytest.fixture
def target(server: Server) -> Target:
    server.rows("drop schema if exists marts cascade")
    return Target(server.dsn, "marts", "reader")


class Releases:
    """A working file of a few leads, and releases made of it."""

    def __init__(self, folder: Path, leads: int = 3) -> None:
        self.working, self.published = folder / "w" / "w.duckdb", folder / "published"
        self.leads = leads
        self.number = 0

    def make(self, extra: str = "", day: date = DAY, tries: int = 1) -> Path:
        """Publish leads whose every row names the run; at the second try the same run again."""
        self.number += tries == 1
        run_id = f"run-{self.number:03d}"
        self.working.parent.mkdir(parents=True, exist_ok=True)
        with warehouse.opened(self.working) as connection:
            connection.execute("create schema if not exists marts")
            connection.execute(
                f"create or replace table marts.lead_scores as select 'lead-' || i as lead_id, "
                f"'ann' || i || '@example.com' as email, '{run_id}' as run_id, "
                f"i::double as score, date '{day}' as score_date, [i, null] as parts, "
                f"{{'a': 'x\\u0000\"'}} as nested, 1.50::decimal(9,2) as money, "
                f"'nan'::double as odd, timestamp '2026-03-30 10:00:00.123456' as at, "
                f"i = 1 as is_first {extra} from range({self.leads}) as r (i)"
            )
            connection.execute(
                "create table if not exists marts.lead_score_history "
                "(lead_id varchar, model_version varchar, score_date date, run_id varchar)"
            )
            connection.execute("delete from marts.lead_score_history where score_date = ?", [day])
            connection.execute(
                "insert into marts.lead_score_history "
                "select lead_id, 'v1', score_date, run_id from marts.lead_scores"
            )
        contents = release.Contents(
            run_id=run_id,
            score_date=day,
            is_latest=True,
            published_at=f"2026-03-31T00:00:0{tries}Z",
            marts=["lead_scores", "lead_score_history"],
            checks={},
            accepted=(),
        )
        return release.publish(self.working, self.published, contents)


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path)


def test_every_row_arrives_with_its_type_key_and_description(
    server: Server, target: Target, releases: Releases
) -> None:
    written = postgres.publish(target, releases.make(", null::varchar as nothing"), TEXTS)
    assert written == {"lead_scores": 3, "lead_score_history": 3, "manifest": 1}
    [row] = server.rows("select * from marts.lead_scores where lead_id = 'lead-1'")
    assert row[:4] == ("lead-1", "ann1@example.com", "run-001", 1.0)
    assert (row[4], row[5], row[7]) == (DAY, [1, None], Decimal("1.50"))
    assert row[10] is True
    assert row[11] is None
    types = dict(
        server.rows(
            "select column_name, data_type from information_schema.columns "
            "where table_schema = 'marts' and table_name = 'lead_scores'"
        )
    )
    assert (types["score"], types["parts"], types["at"], types["money"]) == (
        *("double precision", "jsonb", "timestamp without time zone", "numeric"),
    )
    assert server.rows("select obj_description('marts.lead_scores'::regclass)") == [
        ("One row a lead.",)
    ]
    assert server.rows("select col_description('marts.lead_scores'::regclass, 1)") == [
        ('The lead\'s "id" {or} so.',)
    ]
    with pytest.raises(psycopg.errors.UniqueViolation):
        server.rows("insert into marts.lead_scores (lead_id) values ('lead-1')")


def test_the_reader_reads_and_cannot_write(
    server: Server, target: Target, releases: Releases
) -> None:
    postgres.publish(target, releases.make(), TEXTS)
    assert server.rows("select count(*) from marts.lead_scores", "reader") == [(3,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        server.rows("delete from marts.lead_scores", "reader")


def test_text_of_any_kind_arrives_as_it_is(
    server: Server, target: Target, releases: Releases
) -> None:
    text = HOSTILE.replace("'", "''")
    made = releases.make(
        f", '{text}' as \"odd \"\"column\"\" {{}} %s; --\", '\\N' as null_mark, '' as blank, "
        "'a' || chr(0) || 'b' as with_nul, ['\\', 'x\\u0000'] as escapes"
    )
    postgres.publish(target, made, TEXTS)
    [row] = server.rows("select * from marts.lead_scores limit 1")
    assert row[-5:] == (HOSTILE, "\\N", "", "ab", ["\\", "x\\u0000"])


def test_a_release_that_is_there_is_not_copied_again_and_the_next_one_is(
    server: Server, target: Target, releases: Releases
) -> None:
    first = releases.make()
    postgres.publish(target, first, TEXTS)
    assert postgres.publish(target, first, TEXTS) is None
    written = postgres.publish(target, releases.make(day=DAY + timedelta(days=3)), TEXTS)
    assert written == {"lead_scores": 3, "lead_score_history": 3, "manifest": 1}
    assert server.rows("select count(*), count(distinct run_id) from marts.lead_score_history") == [
        (6, 2)
    ]
    # A month that did not change is not written again.
    april = releases.make(day=DAY + timedelta(days=4))
    assert postgres.publish(target, april, TEXTS)["lead_score_history"] == 6
    assert server.rows("select count(*) from marts.lead_score_history") == [(9,)]


def test_a_run_that_published_again_is_copied_again(
    server: Server, target: Target, releases: Releases
) -> None:
    postgres.publish(target, releases.make(), TEXTS)
    releases.leads = 4
    again = releases.make(tries=2)
    assert postgres.publish(target, again, TEXTS)["lead_scores"] == 4
    assert postgres.publish(target, again, TEXTS) is None
    assert server.rows("select count(*), min(run_id) from marts.lead_scores") == [(4, "run-001")]


def test_a_view_of_somebody_else_lives_through_publishes(
    server: Server, target: Target, releases: Releases
) -> None:
    postgres.publish(target, releases.make(), TEXTS)
    server.rows("create view public.best as select max(run_id) as run from marts.lead_scores")
    postgres.publish(target, releases.make(), TEXTS)
    assert server.rows("select run from public.best") == [("run-002",)]
    with pytest.raises(ConfigurationError, match=r"public\.best|best"):
        postgres.publish(target, releases.make(", 1 as new_column"), TEXTS)
    assert server.rows("select run from public.best") == [("run-002",)]
    server.rows("drop view public.best")
    postgres.publish(target, releases.make(", 1 as new_column"), TEXTS)
    assert server.rows("select max(new_column) from marts.lead_scores") == [(1,)]


def test_a_key_that_is_too_long_to_be_indexed_stops_nothing(
    server: Server, target: Target, releases: Releases
) -> None:
    long = replace(TEXTS["lead_scores"], key=("long_id",))
    made = releases.make(", lead_id || repeat(md5(random()::varchar), 200) as long_id")
    assert postgres.publish(target, made, {**TEXTS, "lead_scores": long})
    made = releases.make(", lead_id as long_id")
    assert postgres.publish(target, made, {**TEXTS, "lead_scores": long})
    with pytest.raises(psycopg.errors.UniqueViolation):
        server.rows("insert into marts.lead_scores (long_id) values ('lead-1')")


def test_readers_of_a_masked_server_see_no_whole_address(
    server: Server, target: Target, releases: Releases
) -> None:
    postgres.publish(replace(target, masks_email=True), releases.make(), TEXTS)
    assert server.rows("select distinct email from marts.lead_scores") == [("a***@example.com",)]


def test_a_server_that_is_gone_in_mid_publish_keeps_the_last_release_and_the_next_try_repairs(
    server: Server, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "TRIES", 1)
    releases = Releases(tmp_path, leads=400_000)
    postgres.publish(target, releases.make(), TEXTS)
    second = releases.make()
    killer = threading.Timer(1.0, server.kill)
    killer.start()
    try:
        with pytest.raises(NotCopied, match="LEAD_SCORING_POSTGRES") as told:
            postgres.publish(target, second, TEXTS)
        assert PASSWORD not in str(told.value)
    finally:
        killer.join()
        server.start()
    seen = "select distinct run_id from marts.lead_scores union select run_id from marts.manifest"
    assert server.rows(seen) == [("run-001",)]
    postgres.publish(target, second, TEXTS)
    assert server.rows(seen) == [("run-002",)]


READER = """
import sys, time, psycopg
dsn, seconds, isolation = sys.argv[1], float(sys.argv[2]), psycopg.IsolationLevel.REPEATABLE_READ
end, seen, reads = time.monotonic() + seconds, set(), 0
with psycopg.connect(dsn) as connection:
    connection.isolation_level = isolation
    while time.monotonic() < end:
        with connection.transaction():
            [(run,)] = connection.execute("select run_id from marts.manifest").fetchall()
            [(rows, runs, of)] = connection.execute(
                "select count(*), count(distinct run_id), min(run_id) from marts.lead_scores"
            ).fetchall()
            [(joined,)] = connection.execute(
                "select count(*) from marts.lead_scores inner join marts.lead_score_history "
                "using (lead_id, run_id)").fetchall()
        assert (rows, runs, of, joined) == (2000, 1, run, 2000), (rows, runs, of, run, joined)
        seen.add(run)
        reads += 1
print(reads, len(seen))
"""


@pytest.mark.parametrize(
    ("readers", "seconds"), [(2, 5), pytest.param(8, 30, marks=pytest.mark.full)]
)
def test_readers_of_a_publish_in_a_loop_never_see_an_error_or_two_runs(
    server: Server, target: Target, tmp_path: Path, readers: int, seconds: int
) -> None:
    releases = Releases(tmp_path, leads=2_000)
    postgres.publish(target, releases.make(), TEXTS)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READER, server.dsn_of("reader"), str(seconds)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(readers)
    ]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        postgres.publish(target, releases.make(), TEXTS)
    outcomes = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * readers, outcomes
    assert all(int(said.split()[1]) > 1 for said, _ in outcomes), outcomes


def test_a_long_query_of_a_reader_holds_no_publish_up(
    server: Server, target: Target, releases: Releases
) -> None:
    postgres.publish(target, releases.make(), TEXTS)
    with psycopg.connect(server.dsn_of("reader")) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        one = reader.execute("select min(run_id) from marts.lead_scores").fetchall()
        postgres.publish(target, releases.make(), TEXTS)
        assert reader.execute("select min(run_id) from marts.lead_scores").fetchall() == one
    assert server.rows("select min(run_id) from marts.lead_scores") == [("run-002",)]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"LEAD_SCORING_POSTGRES": f"host=x password={PASSWORD} what"}, "no connection string"),
        ({"LEAD_SCORING_POSTGRES_MASK_EMAIL": "maybe"}, "neither yes nor no"),
        ({"LEAD_SCORING_POSTGRES_READER": "nobody_knows"}, "no role nobody_knows"),
        ({"LEAD_SCORING_POSTGRES": f"host=127.0.0.1 port=1 password={PASSWORD}"}, "cannot be used"),
    ],
)
def test_a_wrong_setting_is_told_without_the_password(
    server: Server,
    releases: Releases,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    message: str,
) -> None:
    monkeypatch.setattr(postgres, "TRIES", 1)
    environment = {"LEAD_SCORING_POSTGRES": server.dsn, **variables}
    made = releases.make()

    def publish() -> None:
        target = Target.from_environment(environment)
        assert target is not None
        assert PASSWORD not in repr(target)
        postgres.publish(target, made, TEXTS)

    with pytest.raises((ConfigurationError, NotCopied)) as told:
        publish()
    assert message in str(told.value)
    assert PASSWORD not in str(told.value)


@pytest.mark.full
def test_a_run_publishes_to_postgres_and_repairs_it_when_the_server_was_away(
    server: Server, scored_project: ScoredProject, tmp_path: Path
) -> None:
    server.rows("drop schema if exists lead_scoring cascade")
    project = scored_project.copied_to(tmp_path / "project").project_dir
    environment = {"LEAD_SCORING_POSTGRES": server.dsn}
    arguments = ("score", "--date", scored_project.score_date, "--json", "--project-dir", project)
    server.kill()
    try:
        away = leadscore(*arguments, "--again", environment=environment)
    finally:
        server.start()
    assert away.returncode == 4
    assert "PostgreSQL still has the one before" in away.stdout
    assert PASSWORD not in away.stdout + away.stderr
    back = leadscore(*arguments, environment=environment)
    assert back.returncode == 0, back.stderr
    assert server.rows("select run_id from lead_scoring.manifest") == [
        (release.read_manifest(project / "published")["run_id"],)
    ]
    server.rows("drop schema lead_scoring cascade")
    unchanged = leadscore(*arguments, environment=environment)
    assert json.loads(unchanged.stdout)["is_new"] is False
    assert server.rows("select count(*) from lead_scoring.manifest") == [(1,)]
    described = server.rows(
        "select count(*) from pg_constraint as c inner join pg_namespace as n "
        "on c.connamespace = n.oid where n.nspname = 'lead_scoring' and contype = 'p'"
    )
    assert described[0][0] >= 10
    leaked = subprocess.run(
        ["grep", "-rlaF", PASSWORD, str(project)], capture_output=True, text=True, check=False
    )
    assert leaked.stdout == ""
