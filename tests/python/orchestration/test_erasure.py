"""People who asked to be erased: no byte of them stays, nobody else is touched, none comes back."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from conftest import SAMPLE_DAY, ScoredProject, clean_environment
from landed_place import Place, tables_with
from postgres_server import Server

from orchestration import control, warehouse
from orchestration.errors import ConfigurationError
from orchestration.ingestion import inbox
from orchestration.ingestion.intake import mark_kept, run_intake
from orchestration.privacy import erasure, files, originals, register, working_file
from orchestration.privacy.people import People
from orchestration.privacy.words import Naming
from orchestration.settings import Settings

NEXT_DAY = SAMPLE_DAY + timedelta(days=1)
LEAD, SECOND_LEAD = "zebulonia-1", "zebulonia-2"
EMAIL = "zebulonia@quixotte.example"
VISITOR = "cookie-of-zebulonia"
NEEDLES = ("zebulonia", "quixotte", "unheard-of words", "/page-for-one")
"""Texts of hers that stand in ids, addresses, names, what she typed and pages that only she saw."""

MOMENT = datetime(2024, 6, 28, 12)
HER = People(
    frozenset({LEAD, SECOND_LEAD}), frozenset({EMAIL}), frozenset({VISITOR}), frozenset({EMAIL})
)


def ask(place: Place, request: str = "erase", **who: str) -> None:
    """Land a request."""
    place.land(
        "privacy_requests",
        [{**who, "request": request, "requested_at": MOMENT}],
        name=f"request-{len(list(place.landing.rglob('request-*')))}",
    )


def events_of_hers(prefix: str = "e") -> list[dict]:
    plain = {"event_type": "page_view", "occurred_at": MOMENT, "loaded_at": MOMENT}
    return [
        {"event_id": f"{prefix}1", "lead_id": LEAD, "asset": "/page-for-one", **plain},
        {"event_id": f"{prefix}2", "email": " Zebulonia@Quixotte.example ", "asset": "/", **plain},
        {"event_id": f"{prefix}3", "lead_id": LEAD, "anonymous_id": VISITOR, "asset": "/", **plain},
        {"event_id": f"{prefix}4", "anonymous_id": VISITOR, "asset": "/", **plain},
        {
            **{"event_id": f"{prefix}5", "lead_id": SECOND_LEAD, "asset": "/contact", **plain},
            **{"event_type": "form_submission", "text": "unheard-of words"},
        },
        # Broken: it has no time.
        {"event_id": f"{prefix}6", "lead_id": LEAD, "event_type": "page_view", "asset": "/"},
    ]


def land_her(place: Place) -> None:
    """Everything that may be known of her, beside a stranger's rows in the same files."""
    place.land(
        "leads",
        [
            {"lead_id": LEAD, "email": EMAIL, "first_name": "Zebulonia", "created_at": MOMENT},
            {"lead_id": "stranger", "email": "stranger@stay.example", "created_at": MOMENT},
            {"lead_id": SECOND_LEAD, "email": EMAIL.upper(), "created_at": MOMENT},
        ],
        name="zz",
    )
    strange = {"event_type": "page_view", "occurred_at": MOMENT, "loaded_at": MOMENT}
    place.land(
        "events",
        [
            *events_of_hers(),
            {"event_id": "s1", "lead_id": "stranger", "asset": "/pricing", **strange},
        ],
        name="zz",
    )
    place.land(
        "lead_attributes",
        [{"lead_id": LEAD, "attribute": "hobby", "value_text": "unheard-of words"}],
        name="zz",
    )
    place.land(
        "conversions",
        [{"conversion_id": "z1", "lead_id": LEAD, "stage": "mql", "occurred_at": MOMENT}],
        name="zz",
    )
    rows = [
        ["event_id", "lead_id", "event_type", "asset", "occurred_at"],
        ["i1", LEAD, "page_view", "/page-for-one", f"{MOMENT}"],
        ["i2", "stranger", "page_view", "/with\na break", f"{MOMENT}"],
        ["i3", LEAD, "page_view", "/with\na break", f"{MOMENT}"],
        ["i4", LEAD, "page_view", "no time", "soon"],
        ["i5", LEAD, "more fields", "than", "there", "are columns"],
        ["i6", "stranger", "more fields", "than", "there", "are columns"],
    ]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    place.drop("events", "dropped.csv.gz", gzip.compress(text.getvalue().encode()))
    place.drop("events", "unreadable.csv", f"nothing\nknown,{EMAIL}\nstays,here\n".encode())


def land_somebody_quiet(place: Place) -> None:
    """Somebody with a cookie, who asked not to be scored."""
    place.land("leads", [{"lead_id": "quiet", "created_at": MOMENT}], name="quiet")
    row = {"anonymous_id": "cookie-of-quiet", "event_type": "page_view", "asset": "/"}
    times = {"occurred_at": MOMENT, "loaded_at": MOMENT}
    place.land(
        "events",
        [
            {"event_id": "q1", "lead_id": "quiet", **row, **times},
            {"event_id": "q2", **row, **times},
        ],
        name="quiet",
    )
    ask(place, request="do_not_score", lead_id="quiet")


def traces(place: Place) -> list[str]:
    """Where any of her texts stands: in the bytes of a file, or in what its format holds."""
    found = []
    for path in sorted(p for p in place.project.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        texts = [content.lower()]
        if path.suffix == ".parquet":
            texts += [
                f"{row}".lower().encode() for row in duckdb.read_parquet(str(path)).fetchall()
            ]
        for needle in NEEDLES:
            if any(needle.encode() in text for text in texts):
                found.append(f"{path.relative_to(place.project)}: {needle}")
        if path.suffix == ".duckdb":
            found += [
                f"{path.relative_to(place.project)}: {table}: {needle}"
                for needle in NEEDLES
                for table in tables_with(path, needle)
            ]
    return found


def others(place: Place, day: date) -> list[tuple]:
    """What was published of everybody else for a day."""
    return place.published(
        "select * exclude (is_final) from lead_score_history "
        f"where score_date = '{day}' and lead_id not like 'zebulonia%' order by all"
    )


def counts(place: Place, table: str) -> dict[str, int]:
    """What became of a table's rows."""
    with duckdb.connect(str(place.release / "lead_scoring.duckdb"), read_only=True) as connection:
        [row] = warehouse.dicts(
            connection, "select * from intake_counts where source_table = ?", [table]
        )
    return row


@pytest.fixture(scope="module")
def erased(scored_project: ScoredProject, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """She landed and asked to be erased, somebody else asked for less, and one run was made."""
    place = Place(scored_project.copied_to(tmp_path_factory.mktemp("erased") / "p").project_dir)
    land_her(place)
    land_somebody_quiet(place)
    ask(place, lead_id=LEAD)
    outcome = place.score(NEXT_DAY)
    (place.project / "said.txt").write_text(json.dumps(outcome["warnings"]))
    return place


def test_no_byte_of_an_erased_person_stays_in_anything_that_we_keep(erased: Place) -> None:
    assert traces(erased) == []


def test_the_search_for_traces_finds_her_before_she_is_erased(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    place = Place(tmp_path)
    land_her(place)
    names = {trace.split(":")[0].rpartition("/")[2] for trace in traces(place)}
    assert names == {"zz.parquet", "dropped.csv.gz", "unreadable.csv"}


def test_rows_of_others_in_the_same_files_stay_as_they_were(erased: Place) -> None:
    events = duckdb.read_parquet(str(erased.landing / "custom/events/zz.parquet"))
    assert events.select("event_id, lead_id, asset").fetchall() == [("s1", "stranger", "/pricing")]
    leads = duckdb.read_parquet(str(erased.landing / "custom/leads/zz.parquet"))
    assert leads.select("lead_id").fetchall() == [("stranger",)]
    [archived] = (erased.landing / "inbox/archive").rglob("*.csv.gz")
    kept = list(csv.reader(io.StringIO(gzip.decompress(archived.read_bytes()).decode())))
    assert [row[0] for row in kept] == ["event_id", "i2", "i6"]
    [landed] = (erased.landing / "custom/events/inbox").rglob("*.parquet")
    rows = duckdb.read_parquet(str(landed)).select("event_id, _inbox_raw is not null").fetchall()
    assert rows == [("i2", False), (None, True)]
    [aside] = (erased.landing / "inbox/quarantine").rglob("*.csv")
    assert aside.read_text() == "nothing\nstays,here\n"


def test_whoever_asked_only_not_to_be_scored_loses_no_landed_row(erased: Place) -> None:
    events = duckdb.read_parquet(str(erased.landing / "custom/events/quiet.parquet"))
    assert events.select("event_id").order("event_id").fetchall() == [("q1",), ("q2",)]
    leads = duckdb.read_parquet(str(erased.landing / "custom/leads/quiet.parquet"))
    assert leads.select("lead_id").fetchall() == [("quiet",)]
    assert erased.published("select count(*) from dim_leads where lead_id = 'quiet'") == [(0,)]


def test_the_run_says_how_much_was_erased_and_not_who(erased: Place) -> None:
    said = (erased.project / "said.txt").read_text()
    assert "Erased for good: 15 landed rows" in said
    assert "zebulonia" not in said.lower()


def test_hashes_and_their_key_are_their_owners_alone(erased: Place) -> None:
    folder = erased.project / "warehouse"
    for name in ("lead_scoring.duckdb.erased.jsonl", "lead_scoring.duckdb.erasure-key"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert not (folder / "lead_scoring.duckdb.erasing.json").exists()


def test_one_release_is_left(erased: Place) -> None:
    assert list((erased.project / "published" / "releases").iterdir()) == [erased.release]


# --- over several days ----------------------------------------------------------------------------


def tables_of_hers(server: Server) -> list[str]:
    """The tables of the copy in PostgreSQL in which any of her texts stands."""
    tables = server.rows(
        "select table_name from information_schema.tables "
        "where table_schema = 'lead_scoring' order by 1"
    )
    assert ("dim_leads",) in tables
    return [
        table
        for (table,) in tables
        for needle in NEEDLES
        if server.rows(
            f'select 1 from lead_scoring."{table}" as hers '
            f"where strpos(lower(hers::text), '{needle}') > 0 limit 1"
        )
    ]


@pytest.mark.full
def test_whoever_was_scored_leaves_history_and_does_not_come_back(
    scored_project: ScoredProject, server: Server, tmp_path: Path
) -> None:
    place = Place(scored_project.copied_to(tmp_path / "p").project_dir)
    days = [SAMPLE_DAY + timedelta(days=n) for n in range(1, 6)]
    land_her(place)
    place.score(days[0], LEAD_SCORING_POSTGRES=server.dsn)
    scored = "select count(*) from lead_scores where lead_id like 'zebulonia%'"
    assert place.published(scored) == [(1,)]
    assert traces(place) != []
    assert {"dim_leads", "lead_scores", "lead_score_history"} <= set(tables_of_hers(server))
    before = {day: others(place, day) for day in (SAMPLE_DAY, days[0])}

    ask(place, email=EMAIL)
    place.score(days[1], LEAD_SCORING_POSTGRES=server.dsn)
    assert traces(place) == []
    assert tables_of_hers(server) == []
    assert {day: others(place, day) for day in before} == before
    erased_events = counts(place, "events")["erased"]

    # Everything of hers is delivered again, and she is asked for once more.
    for path in (place.landing / "custom").rglob("zz.parquet"):
        path.unlink()
    land_her(place)
    place.land("events", events_of_hers("again"), name="again")
    place.score(days[2])
    assert traces(place) == []
    assert place.published(scored) == [(0,)]
    # Ten as before, and six with other ids. The broken ones count where nobody asks for whom.
    assert counts(place, "events")["erased"] == erased_events + 3 + 10 + 6
    assert others(place, days[0]) == before[days[0]]

    # Another system has her too.
    sources = {"LEAD_SCORING_SOURCES": "custom,hubspot"}
    contact = place.landing / "hubspot" / "contact" / "contacts.parquet"
    contact.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 7 as id, '{EMAIL}' as property_email, "
            f"timestamp '{MOMENT}' as property_createdate, false as _fivetran_deleted) "
            f"to '{contact}' (format parquet)"
        )
    said = " ".join(place.score(days[3], **sources)["warnings"])
    assert "hubspot.contact: 1 rows of people who asked to be erased" in said
    assert EMAIL not in said
    assert place.published("select * from lead_members where source_system = 'hubspot'") == []
    contact.unlink()
    place.score(days[4], **sources)
    assert traces(place) == []


@pytest.mark.full
def test_nobody_who_asked_not_to_be_scored_is_in_anything_published(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    place = Place(scored_project.copied_to(tmp_path / "p").project_dir)
    land_her(place)
    place.score(NEXT_DAY)
    ask(place, request="do_not_score", email=EMAIL)
    place.score(NEXT_DAY + timedelta(days=1))
    marts = place.published(
        "select table_name from information_schema.columns where column_name = 'lead_id'"
    )
    assert ("lead_score_history",) in marts
    for (mart,) in marts:
        query = f"select count(*) from {mart} where lead_id like 'zebulonia%'"
        assert place.published(query) == [(0,)], mart
    current = f"{place.release.relative_to(place.project)}/"
    assert [trace for trace in traces(place) if trace.startswith(current)] == []
    broken = "select count(*), count(row) from quarantine where file like '%zz%'"
    assert place.published(broken) == [(1, 0)]
    of_strangers = "select count(*) from quarantine where contains(row, 'i6')"
    assert place.published(of_strangers) == [(1,)]


# --- people whose records have left landing -------------------------------------------------------


@pytest.fixture(scope="module")
def left(scored_project: ScoredProject, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """She was scored for a day, also when an earlier day was scored again, and left landing."""
    place = Place(scored_project.copied_to(tmp_path_factory.mktemp("left") / "p").project_dir)
    land_her(place)
    place.score(NEXT_DAY)
    place.score(SAMPLE_DAY)
    for path in [*(place.landing / "custom").rglob("zz.parquet"), *place.landing.rglob("inbox/*")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    place.score(NEXT_DAY + timedelta(days=1))
    hers = "lead_id like 'zebulonia%'"
    assert place.published(f"select count(*) from dim_leads where {hers}") == [(0,)]
    for mart in ("lead_score_history", "lead_scores_as_of"):
        assert place.published(f"select count(*) > 0 from {mart} where {hers}") == [(True,)]
    return place


@pytest.mark.full
@pytest.mark.parametrize("who", [{"email": EMAIL}, {"lead_id": LEAD}, {"lead_id": SECOND_LEAD}])
def test_someone_whose_records_left_landing_is_erased_from_the_days_that_are_kept(
    left: Place, tmp_path: Path, who: dict[str, str]
) -> None:
    place = Place(tmp_path / "p")
    shutil.copytree(left.project, place.project, symlinks=True)
    before = {day: others(place, day) for day in (SAMPLE_DAY, NEXT_DAY)}
    ask(place, **who)
    place.score(NEXT_DAY + timedelta(days=2))
    assert traces(place) == []
    assert {day: others(place, day) for day in before} == before


@pytest.mark.full
def test_someone_whose_records_left_landing_can_ask_not_to_be_scored(
    left: Place, tmp_path: Path
) -> None:
    place = Place(tmp_path / "p")
    shutil.copytree(left.project, place.project, symlinks=True)
    ask(place, request="do_not_score", email=EMAIL)
    place.score(NEXT_DAY + timedelta(days=2))
    for mart in ("lead_score_history", "lead_tier_changes", "lead_scores_as_of"):
        query = f"select count(*) from {mart} where lead_id like 'zebulonia%'"
        assert place.published(query) == [(0,)], mart


# --- backups, and other systems -------------------------------------------------------------------


@pytest.mark.full
def test_a_backup_that_was_brought_back_is_rid_of_whoever_was_erased_since(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    place = Place(scored_project.copied_to(tmp_path / "p").project_dir)
    land_her(place)
    original(place.settings, "custom", "events", "book.xlsx", b"PK\x03\x04\xff\xfe")
    place.score(NEXT_DAY)
    folders = ("landing", "warehouse", "published")
    for folder in folders:
        shutil.copytree(place.project / folder, tmp_path / "backup" / folder, symlinks=True)
    before = {day: others(place, day) for day in (SAMPLE_DAY, NEXT_DAY)}
    ask(place, email=EMAIL)
    place.score(NEXT_DAY + timedelta(days=1))
    erased = place.project / "warehouse" / "lead_scoring.duckdb.erased.jsonl"
    key = erased.with_name("lead_scoring.duckdb.erasure-key")
    newest = {path: path.read_bytes() for path in (erased, key)}

    for folder in folders:
        shutil.rmtree(place.project / folder)
        shutil.copytree(tmp_path / "backup" / folder, place.project / folder, symlinks=True)
    assert traces(place) != []
    for path, content in newest.items():
        path.write_bytes(content)
    said = " ".join(place.score(NEXT_DAY)["warnings"])
    assert traces(place) == []
    assert "Erased for good: 14 landed rows" in said
    assert "book.xlsx: cannot be read" in said
    assert {day: others(place, day) for day in before} == before
    assert counts(place, "events")["erased"] == 10
    # Once is enough: the next run of the day finds nothing to do.
    assert "Erased for good" not in " ".join(place.score(NEXT_DAY)["warnings"])


def test_whoever_is_in_hashes_that_were_put_back_is_erased_from_all_that_is_kept(
    empty: Settings,
) -> None:
    place = Place(empty.project_dir)
    land_her(place)
    inbox.take_in(empty)
    named = [("published_lead_ids", "'zebulonia-2', null, null")]
    named += [("published_names", f"'{LEAD}', 'email', '{EMAIL}'")]
    named += [("published_members", "'someone else', 'zebulonia-2'")]
    with warehouse.opened(empty.warehouse) as connection:
        control.prepare(connection)
        run_intake(connection, empty)
        mark_kept(connection)
        for table, values in named:
            connection.execute(f"insert into control.{table} values ({values})")
    assert erasure.repeat(empty) is None
    register.Register(empty).add(HER)
    repeated = erasure.repeat(empty)
    assert repeated is not None
    assert repeated.rows == {"conversions": 1, "events": 10, "lead_attributes": 1, "leads": 2}
    assert traces(place) == []
    with warehouse.opened(empty.warehouse) as connection:
        for table, _ in named:
            assert connection.execute(f"from control.{table}").fetchall() == []
    assert erasure.repeat(empty) is None


def land_segment(place: Place, table: str, name: str, row: dict) -> None:
    """Land a row of Segment's, with times as text, so that intake makes a typed copy."""
    path = place.landing / "segment" / table / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    times = {"timestamp": f"{MOMENT}", "received_at": f"{MOMENT}"}
    pq.write_table(pa.Table.from_pylist([{"id": f"{name}-{table}", **row, **times}]), path)


@pytest.mark.full
def test_events_of_another_system_that_carry_only_its_ids_do_not_stay_among_the_kept(
    scored_project: ScoredProject, tmp_path: Path
) -> None:
    place = Place(scored_project.copied_to(tmp_path / "p").project_dir)
    sources = {"LEAD_SCORING_SOURCES": "custom,segment"}
    user, cookie = {"user_id": "zebulonia-user"}, {"anonymous_id": "zebulonia-cookie"}
    land_segment(place, "identifies", "a", user | cookie | {"email": EMAIL})
    land_segment(place, "users", "a", {"id": "zebulonia-user", "email": EMAIL})
    land_segment(place, "tracks", "a", user | {"event": "Signed Up"})
    land_segment(place, "tracks", "stranger", {"anonymous_id": "stays", "event": "Signed Up"})
    land_segment(place, "pages", "a", cookie | {"context_page_path": "/page-for-one"})
    place.score(NEXT_DAY, **sources)
    kept = {"intermediate.int_event_identities", "intermediate.int_activity_kinds"}
    working_file = place.project / "warehouse" / "lead_scoring.duckdb"

    def still_kept() -> set[str]:
        return {table for needle in NEEDLES for table in tables_with(working_file, needle)} & kept

    assert still_kept() == kept
    ask(place, email=EMAIL)
    said = " ".join(place.score(NEXT_DAY + timedelta(days=1), **sources)["warnings"])
    assert "segment.users: 1 rows of people who asked to be erased" in said
    assert still_kept() == set()

    # They are loaded again before an operator has deleted them.
    land_segment(place, "tracks", "again", user | {"event": "Signed Up"})
    land_segment(place, "pages", "again", cookie | {"context_page_path": "/page-for-one"})
    place.score(NEXT_DAY + timedelta(days=2), **sources)
    assert still_kept() == set()
    # Waiting for the operator costs readers no release.
    assert len(list((place.project / "published" / "releases").iterdir())) == 2

    for path in (place.landing / "segment").rglob("a*.parquet"):
        path.unlink()
    place.score(NEXT_DAY + timedelta(days=3), **sources)
    assert traces(place) == []
    assert tables_with(working_file, "stays") != []


# --- crashes --------------------------------------------------------------------------------------

DIES = """
import os, sys
from pathlib import Path
from orchestration.privacy import erasure, files, tally
last = sys.argv[1]
def die(step):
    if step == last:
        os._exit(9)
erasure.reached = files.reached = tally.reached = die
"""
RUN = "from orchestration.cli import main; sys.argv[1:2] = []; main()"
FINISH = """
from orchestration.settings import Settings
erasure.finish(Settings.from_environment(Path(sys.argv[2]), {}))
"""
STEPS = (
    *("hashed", "written", "put in place", "landed files", "counted"),
    *("originals", "working file", "releases"),
)


def dies(script: str, step: str, *arguments: str) -> None:
    """Run a script in a process that ends, as if it was killed, when the step is reached."""
    process = subprocess.run(
        [sys.executable, "-c", DIES + script, step, *arguments],
        env=clean_environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert process.returncode == 9, process.stderr


@pytest.fixture(scope="module")
def begun(scored_project: ScoredProject, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A run published without her, and died before anything was erased."""
    place = Place(scored_project.copied_to(tmp_path_factory.mktemp("begun") / "p").project_dir)
    land_her(place)
    ask(place, lead_id=LEAD)
    dies(RUN, "noted", "score", "--date", f"{NEXT_DAY}", "--project-dir", str(place.project))
    assert traces(place) != []
    return place


@pytest.mark.full
@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_dies_is_finished_by_the_next_run(
    begun: Place, tmp_path: Path, step: str
) -> None:
    place = Place(tmp_path / "p")
    shutil.copytree(begun.project, place.project, symlinks=True)
    dies(FINISH, step, str(place.project))
    erasure.finish(place.settings)
    assert traces(place) == []
    assert register.Register(place.settings).known([("email", EMAIL), ("visitor", VISITOR)])
    everything = {"conversions": 1, "events": 10, "lead_attributes": 1, "leads": 2}
    assert erased_rows(place.settings) == {**everything, "privacy_requests": 1}


def test_an_erasure_that_died_is_finished_though_the_working_file_is_lost(empty: Settings) -> None:
    place = Place(empty.project_dir)
    land_her(place)
    note = empty.warehouse.with_name("lead_scoring.duckdb.erasing.json")
    register.write_private(note, HER.to_json())
    erasure.finish(empty)
    parquet = [trace for trace in traces(place) if ".parquet" in trace]
    assert parquet == []
    assert not note.exists()


TAKE_IN = """
from orchestration import control, warehouse
from orchestration.ingestion.intake import run_intake
from orchestration.settings import Settings
settings = Settings.from_environment(Path(sys.argv[2]), {})
erasure.finish(settings)
with warehouse.opened(settings.warehouse) as connection:
    control.prepare(connection)
    run_intake(connection, settings)
    erasure.turn_away(connection, settings)
"""


def erased_rows(settings: Settings) -> dict[str, int]:
    """What counts as erased, by table."""
    with warehouse.opened(settings.warehouse) as connection:
        rows = connection.execute("select source_table, rows from control.erased_rows").fetchall()
    return dict(rows)


@pytest.mark.parametrize("step", ["written", "put in place", "counted"])
def test_rows_that_are_turned_away_count_once_though_the_run_dies(
    empty: Settings, step: str
) -> None:
    place = Place(empty.project_dir)
    register.Register(empty).add(HER)
    for name in ("one", "two"):
        place.land("events", [*events_of_hers(name), {"event_id": "s1"}], name=name)
    dies(TAKE_IN, step, str(place.project))
    dies(TAKE_IN + "os._exit(9)", "never", str(place.project))
    assert erased_rows(empty) == {"events": 12}
    dies(TAKE_IN + "os._exit(9)", "never", str(place.project))
    assert erased_rows(empty) == {"events": 12}
    assert traces(place) == []


def test_finishing_names_files_that_cannot_be_read(empty: Settings) -> None:
    path = Place(empty.project_dir).land("leads", [{"lead_id": LEAD}])
    path.write_bytes(path.read_bytes()[:-9])
    note = empty.warehouse.with_name("lead_scoring.duckdb.erasing.json")
    register.write_private(note, HER.to_json())
    finished = erasure.finish(empty)
    assert finished is not None
    assert [said.partition(":")[0] for said in finished.messages()] == ["custom/leads/more.parquet"]


# --- the hashes and their key ---------------------------------------------------------------------


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    (tmp_path / "dbt_project.yml").touch()
    return Settings.from_environment(tmp_path, {})


def test_the_register_knows_who_was_erased_and_holds_no_text_of_theirs(empty: Settings) -> None:
    kept = register.Register(empty)
    assert not kept
    assert kept.add(HER)
    assert not kept.add(HER)
    again = register.Register(empty)
    asked = [
        ("email", EMAIL),
        ("email", "stranger@stay.example"),
        ("record", EMAIL),
        ("email", None),
    ]
    assert again.known(asked) == {("email", EMAIL)}
    for path in empty.warehouse.parent.iterdir():
        assert "zebulonia" not in path.read_text()


def test_a_key_of_ones_own_makes_no_key_file(
    empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(register.KEY, "correct horse battery staple")
    register.Register(empty).add(HER)
    assert register.Register(empty).known([("record", LEAD)])
    [path] = empty.warehouse.parent.iterdir()
    assert path.name == "lead_scoring.duckdb.erased.jsonl"
    monkeypatch.setenv(register.KEY, "another horse battery staple")
    with pytest.raises(ConfigurationError, match="made with another key") as raised:
        register.Register(empty)
    assert "staple" not in str(raised.value)


def test_a_short_key_is_refused(empty: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(register.KEY, "secret")
    with pytest.raises(ConfigurationError, match="fewer than 16 characters"):
        register.Register(empty).add(HER)


def test_a_lost_key_stops_the_run_instead_of_letting_people_back(empty: Settings) -> None:
    register.Register(empty).add(HER)
    empty.warehouse.with_name("lead_scoring.duckdb.erasure-key").unlink()
    with pytest.raises(ConfigurationError, match="is missing"):
        register.Register(empty)


def test_hashes_that_cannot_be_read_stop_the_run(empty: Settings) -> None:
    register.Register(empty).add(HER)
    empty.warehouse.with_name("lead_scoring.duckdb.erased.jsonl").write_text("{")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        register.Register(empty)


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["zstd", "none"])
def test_a_landed_file_keeps_its_types_order_codec_and_notes(empty: Settings, codec: str) -> None:
    rows = 10
    table = pa.table(
        {
            "LEAD_ID": pa.array([1, 2] * (rows // 2), pa.int32()),
            "amount": pa.array([Decimal(n) / 4 for n in range(rows)], pa.decimal128(9, 2)),
            "kind": pa.array(["a", "b"] * (rows // 2)).dictionary_encode(),
            "seen": pa.array([MOMENT] * rows, pa.timestamp("ms", tz="Europe/Berlin")),
        }
    )
    path = empty.landing / "custom" / "events" / "odd'name [1].parquet"
    path.parent.mkdir(parents=True)
    with pq.ParquetWriter(path, table.schema, compression=codec) as writer:
        writer.write_table(table, row_group_size=4)
        writer.add_key_value_metadata({"note": "kept"})
    path.chmod(0o640)
    assert files.remove_landed(empty, People(frozenset({"1"}))).changed == 1
    after = pq.ParquetFile(path)
    assert after.read().equals(table.filter(pc.equal(table["LEAD_ID"], 2)))
    assert after.schema_arrow.equals(table.schema)
    assert after.metadata.metadata[b"note"] == b"kept"
    written = after.metadata.row_group(0).column(0).compression
    assert written == {"zstd": "ZSTD", "none": "UNCOMPRESSED"}[codec]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_an_anonymous_row_is_hers_and_one_that_names_another_person_is_not(
    empty: Settings,
) -> None:
    place = Place(empty.project_dir)
    rows = [
        {"event_id": "1", "anonymous_id": VISITOR},
        {"event_id": "2", "anonymous_id": VISITOR, "lead_id": "stranger"},
        {"event_id": "3", "anonymous_id": VISITOR, "lead_id": " ", "email": ""},
        {"event_id": "4", "anonymous_id": "another"},
    ]
    path = place.land("events", rows)
    files.remove_landed(empty, HER)
    assert duckdb.read_parquet(str(path)).select("event_id").fetchall() == [("2",), ("4",)]


def test_a_file_without_a_row_of_hers_is_not_touched(empty: Settings) -> None:
    path = Place(empty.project_dir).land("leads", [{"lead_id": "stranger"}])
    before = path.stat()
    files.remove_landed(empty, HER)
    after = path.stat()
    # Not when it was read last: looking for her reads it.
    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (
        before.st_ino,
        before.st_size,
        before.st_mtime_ns,
    )


def test_a_file_that_cannot_be_read_is_named(empty: Settings) -> None:
    path = Place(empty.project_dir).land("leads", [{"lead_id": LEAD}])
    path.write_bytes(path.read_bytes()[:-9])
    assert files.remove_landed(empty, HER).unread == ("custom/leads/more.parquet",)
    assert path.stat().st_size > 0


UNSPLIT = [
    *(f"e1,{LEAD},too,many", f"e2,mail to <{EMAIL.upper()}>.,x,y", f"e3,'{VISITOR}',x,y"),
    *(f"e4,{LEAD}1,x,y", f"e5,jo{EMAIL},x,y", f"e6,{EMAIL}.uk,x,y"),
]


def drop_unsplit(place: Place, source: str = "custom", table: str = "events") -> None:
    """Take in a file with lines of too many fields; three of them name her."""
    head = (
        "event_id,event_type,occurred_at"
        if source == "custom"
        else "id,property_email,property_createdate"
    )
    good = f"s1,page_view,{MOMENT}" if source == "custom" else "7,stranger@stay.example,"
    folder = place.landing / "inbox" / source / table
    folder.mkdir(parents=True)
    (folder / "unsplit.csv").write_text("\n".join([head, good, *UNSPLIT]) + "\n")
    os.utime(folder / "unsplit.csv", (0, 0))
    inbox.take_in(replace(place.settings, sources=("custom", "hubspot")))


@pytest.mark.parametrize(("source", "table"), [("custom", "events"), ("hubspot", "contact")])
def test_a_line_that_nobody_could_split_leaves_the_landed_file_and_quarantine(
    empty: Settings, source: str, table: str
) -> None:
    place = Place(empty.project_dir)
    settings = replace(empty, sources=("custom", "hubspot"))
    drop_unsplit(place, source, table)
    with warehouse.opened(empty.warehouse) as connection:
        control.prepare(connection)
        run_intake(connection, settings)
    note = empty.warehouse.with_name("lead_scoring.duckdb.erasing.json")
    register.write_private(note, HER.to_json())
    erasure.finish(settings)
    [landed] = (place.landing / source / table).rglob("*.parquet")
    kept = duckdb.read_parquet(str(landed)).select("_inbox_raw").fetchall()
    assert [raw for (raw,) in kept] == [None, *UNSPLIT[3:]]
    assert erased_rows(empty) == {table: 3}
    with warehouse.opened(empty.warehouse) as connection:
        shown = connection.execute(
            "select json_extract_string(row_json, '$.line') from control.intake_quarantine "
            "order by rowid"
        ).fetchall()
    assert [line for (line,) in shown] == [None, None, None, *UNSPLIT[3:]]


@pytest.mark.parametrize(("source", "table"), [("custom", "events"), ("hubspot", "contact")])
def test_a_line_that_nobody_could_split_is_turned_away_when_it_comes_again(
    empty: Settings, source: str, table: str
) -> None:
    place = Place(empty.project_dir)
    settings = replace(empty, sources=("custom", "hubspot"))
    register.Register(settings).add(HER)
    drop_unsplit(place, source, table)
    with warehouse.opened(empty.warehouse) as connection:
        control.prepare(connection)
        run_intake(connection, settings)
        assert erasure.turn_away(connection, settings)
        run_intake(connection, settings)
        shown = connection.execute("select row_json from control.intake_quarantine").fetchall()
    assert len(shown) == 3
    assert erased_rows(empty) == {table: 3}


def test_an_id_that_is_no_word_is_found_as_a_whole_too() -> None:
    names = Naming(People(frozenset({"crm: 7/ann"}), frozenset({"ann!@acme.co"})))
    assert names("x;crm: 7/ann,y")
    assert names("to (ANN!@acme.co).")
    assert not names("x;crm: 7/anna")
    assert not names("joann!@acme.co")


def original(settings: Settings, source: str, table: str, name: str, content: bytes) -> Path:
    """A file in the inbox's quarantine."""
    path = settings.landing / "inbox" / "quarantine" / source / table / "2024-06-30" / "x" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


ANN = People(frozenset({"17", "ann-1"}), frozenset({"ann@acme.co"}), frozenset())


def test_of_lines_that_nobody_can_split_only_those_that_name_the_person_go(
    empty: Settings,
) -> None:
    lines = ["odd", "x,joann@acme.com", "y,<Ann@Acme.co>", "price,17,euro", "z;ann-1", "ann-11"]
    path = original(empty, "custom", "events", "odd.csv", "\n".join(lines).encode())
    assert originals.remove(empty, ANN).changed == 1
    assert path.read_text().split() == ["odd", "x,joann@acme.com", "price,17,euro", "ann-11"]


def test_in_other_systems_files_an_address_tells_and_an_id_of_yours_does_not(
    empty: Settings,
) -> None:
    ids = b"id,lead_id,activity_date\n1,17,2024-01-01\n"
    mine = original(empty, "marketo", "activity_open_email", "a.csv", ids)
    people = b"id,property_email\n7,ANN@acme.co\n8,joann@acme.com\n"
    theirs = original(empty, "hubspot", "contact", "c.csv", people)
    originals.remove(empty, ANN)
    assert mine.read_bytes() == ids
    assert theirs.read_text() == "id,property_email\n8,joann@acme.com\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("book.xlsx", b"PK\x03\x04\xff\xfe ann@acme.co"),
        ("cut.csv.gz", gzip.compress(b"a", mtime=0)[:-5]),
    ],
)
def test_an_original_that_nobody_can_read_is_named_and_kept(
    empty: Settings, name: str, content: bytes
) -> None:
    path = original(empty, "custom", "events", name, content)
    [unread] = originals.remove(empty, ANN).unread
    assert unread.endswith(name)
    assert path.read_bytes() == content


@pytest.mark.parametrize("place", ["archive", "quarantine", "archive/custom"])
def test_a_file_that_lies_outside_every_source_loses_the_lines_that_name_the_person(
    empty: Settings, place: str
) -> None:
    stray = empty.landing / "inbox" / place / "notes.txt"
    stray.parent.mkdir(parents=True)
    stray.write_text("asked by ann@acme.co\nasked by ben@acme.co\n")
    assert originals.remove(empty, ANN).unread == ()
    assert stray.read_text() == "asked by ben@acme.co\n"


def test_quarantined_rows_of_others_keep_what_was_landed(empty: Settings) -> None:
    rows = [
        ("custom", {"lead_id": "L9", "attribute": "17"}),
        ("custom", {"EMAIL": "joann@acme.com"}),
        ("custom", {"lead_id": 17}),
        ("custom", {"email": " Ann@acme.co "}),
        ("marketo", {"lead_id": "17"}),
    ]
    with warehouse.opened(empty.warehouse) as connection:
        control.prepare(connection)
        run_intake(connection, empty)
        for source, row in rows:
            connection.execute(
                "insert into control.intake_quarantine values (?, 't', 'r', 'why', ?, 'f', false)",
                [source, json.dumps(row)],
            )
    working_file.forget(empty.warehouse, ANN)
    with warehouse.opened(empty.warehouse) as connection:
        kept = connection.execute(
            "select row_json is not null from control.intake_quarantine order by rowid"
        ).fetchall()
    assert [is_kept for (is_kept,) in kept] == [True, True, False, False, True]
