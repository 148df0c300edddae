"""Dropped CSV and JSON Lines files land exactly once, and nothing of them passes silently."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import REPOSITORY, clean_environment

from orchestration import quarantine, warehouse
from orchestration.errors import ConfigurationError
from orchestration.ingestion import inbox, intake, text_files
from orchestration.settings import Settings

HEADER = "event_id,lead_id,event_type,occurred_at\n"
EVENT = "e1,l1,page_view,2024-03-01 12:00:00\n"
BAD = "e2,l1,page_view,yesterday\n"
NOON = datetime(2024, 3, 1, 12)
JSON_EVENT = (
    '{"event_id":"e1","lead_id":"l1","event_type":"page_view",'
    '"occurred_at":"2024-03-01T14:00:00+02:00"}\n'
)


def zipped(text: str) -> bytes:
    """The same bytes at any second, so that all of pytest's workers name the test alike."""
    return gzip.compress(text.encode(), mtime=0)


class Inbox:
    """A landing folder with an inbox, and the working file that its rows are read into."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "dbt_project.yml").write_text("name: lead_scoring\n", encoding="utf-8")
        self.folder = folder
        self.settings = Settings.from_environment(folder, {})
        self.settings.landing.mkdir(exist_ok=True)
        self.root = self.settings.landing / "inbox"

    def drop(self, name: str, content: str | bytes, table: str = "events") -> Path:
        path = self.root / "custom" / table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (1e9, 1e9))
        return path

    def take_in(self) -> inbox.Taken:
        return inbox.take_in(self.settings)

    def run(self) -> list[str]:
        """What the step intake of a run does; returns what it says."""
        taken = self.take_in()
        with warehouse.opened(self.settings.warehouse) as connection:
            report = intake.run_intake(connection, self.settings)
            inbox.note_quarantined_files(connection, self.settings)
        return taken.messages + report.warnings

    def rows(self, query: str) -> list[tuple]:
        with warehouse.opened(self.settings.warehouse, read_only=True) as connection:
            return connection.execute(query).fetchall()

    def events(self) -> list[str]:
        return [row[0] for row in self.rows("select event_id from raw_custom.events order by 1")]

    def reasons(self) -> list[str]:
        query = "select reason from control.intake_quarantine order by row_id"
        return [row[0] for row in self.rows(query)]

    def files(self, place: str) -> list[str]:
        """Names of the files below a folder of landing, without notes."""
        found = (self.settings.landing / place).rglob("*")
        note = re.compile("[0-9a-f]{16}[.]json")
        return sorted(p.name for p in found if p.is_file() and not note.fullmatch(p.name))


@pytest.fixture
def box(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "project")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were reached."""
    seen: list[str] = []
    monkeypatch.setattr(inbox, "reached", seen.append)
    return seen


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", HEADER + EVENT),
        ("A.CSV", "\ufeff" + HEADER + EVENT),
        ("a.csv", HEADER.replace(",", ";") + EVENT.replace(",", ";")),
        ("a.csv", HEADER.replace(",", "\t") + EVENT.replace(",", "\t")),
        ("a.csv", "sep=;\n" + HEADER.replace(",", ";") + EVENT.replace(",", ";")),
        ("a.csv", (HEADER + EVENT).replace("\n", "\r\n")),
        ("a.csv", "\n\n" + HEADER + "\n" + EVENT.strip()),
        ("a.csv", "Event ID, lead-id ,EVENT_TYPE,Occurred At\n" + EVENT),
        ("a.csv", '"event_id","lead_id","event_type","occurred_at"\n' + EVENT),
        ("a.csv.gz", zipped(HEADER + EVENT)),
        ("a.jsonl", JSON_EVENT),
        ("a.ndjson", "\ufeff" + JSON_EVENT.replace("event_id", "Event ID") + "\n"),
        ("a.jsonl.gz", zipped(JSON_EVENT)),
        ("deep/er/a.csv", HEADER + EVENT),
    ],
)
def test_a_dropped_file_lands_and_its_original_is_archived(
    box: Inbox, name: str, content: str | bytes
) -> None:
    dropped = box.drop(name, content)
    box.run()
    assert box.rows("select event_id, lead_id, event_type, occurred_at from raw_custom.events") == [
        ("e1", "l1", "page_view", NOON)
    ]
    assert not dropped.exists()
    (archived,) = (box.root / "archive" / "custom" / "events").rglob("*.*")
    assert archived.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert archived.name == Path(name).name
    (landed,) = (box.settings.landing / "custom" / "events").rglob("*.parquet")
    assert landed.parent.name == "inbox"
    assert landed.name.endswith(f"-{Path(name).name}.parquet")


def test_rows_that_cannot_be_typed_are_quarantined_with_file_line_and_reason(box: Inbox) -> None:
    box.drop(
        "a.csv",
        "event_id,event_type,occurred_at,duration_seconds,text\n"
        'e1,v,2024-03-01,1,"two\nlines"\n'
        "e2,v,yesterday,1,x\n"
        "e3,v,2024-03-01,long,x\n"
        'e4,v,2024-03-01,1,"never closed\n'
        "e5,v,2024-03-01\n"
        'e6,v,2024-03-01,1,"closed" too soon\n'
        "e7,v,2024-03-01,1,nu\0l\n"
        "e8,v,2024-03-01,1,x\n",
    )
    warnings = box.run()
    assert box.events() == ["e1", "e8"]
    assert box.rows("select _row from raw_custom.events order by 1") == [(2,), (10,)]
    found = box.rows("select row_id, reason, file from control.intake_quarantine order by reason")
    places = {int(row_id.rpartition(":")[2]): reason for row_id, reason, _ in found}
    assert places == {
        4: "occurred_at cannot be read as timestamp",
        5: "duration_seconds cannot be read as double",
        6: "a closing quote is followed by more text",  # the next quote ends the open one
        7: "3 fields where the header has 5",
        8: "a closing quote is followed by more text",
        9: "a character of the row is NUL",
    }
    assert {file.split("/")[-1] for _, _, file in found} == {"a.csv"}
    assert any("6 of 8 rows quarantined" in warning for warning in warnings)


def test_lines_of_json_are_typed_as_columns_of_parquet_are(box: Inbox) -> None:
    box.drop(
        "a.jsonl",
        '{"event_id":7,"event_type":"v","occurred_at":"2024-03-01","is_automated":true,"plan":3}\n'
        '{"event_id":8.0,"event_type":"v","occurred_at":"2024-03-01","duration_seconds":1.5}\n'
        '{"event_id":"9","event_type":"v","occurred_at":1709294400}\n'
        '{"event_id":"10","event_type":"v","occurred_at":"2024-03-01","is_deleted":"maybe"}\n'
        "[1]\n"
        '{"event_id":"11",\n'
        '{"event_id":"12","event_id":"13"}\n'
        '{"event_id":"14","Event ID":"15"}\n'
        '{"event_id":"\\ud800"}\n'
        '{"event_id":"\\u0000"}\n'
        '{"event_id":"16","event_type":"\\\\u0000","occurred_at":"2024-03-01","text":{"a":[1]}}\n'
        f"{'[' * 100_000}\n"
        f'{{"event_id":{"9" * 5000}}}\n'
        '{"event_id":NaN}\n',
    )
    box.run()
    assert box.rows(
        "select event_id, is_automated, duration_seconds, cast(extra as varchar), text, _row "
        "from raw_custom.events order by _row"
    ) == [
        ("7", True, None, '{"plan": 3}', None, 1),
        ("8", None, 1.5, None, None, 2),
        ("16", None, None, None, '{"a":[1]}', 11),
    ]
    assert len(box.reasons()) == 11
    assert set(box.reasons()) >= {
        "occurred_at cannot be read as timestamp",
        "is_deleted cannot be read as boolean",
        "the line is no JSON object",
        "column event_id stands more than once",
        "the line is nested too deeply",
    }


def test_columns_that_the_contract_does_not_name_are_kept_as_json(box: Inbox) -> None:
    box.drop("a.csv", 'lead_id,created_at,Plan,,od"d\nl1,2024-03-01,=1+1,,5\n', "leads")
    box.run()
    assert box.rows("select cast(extra as varchar) from raw_custom.leads") == [
        ('{"Plan": "=1+1", "od\\"d": "5"}',)
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"event_id,event_type,occurred_at\ne1,\xe9t\xe9,2024\n", "line 2 is not UTF-8"),
        ("a.csv", (HEADER + EVENT).encode("utf-16"), "line 1 is not UTF-8"),
        ("a.csv", (HEADER + EVENT).encode("utf-16-le"), "it may be UTF-16"),
        ("a.csv", "", "the file is empty"),
        ("a.csv", "\n \n", "the file is empty"),
        ("a.csv", EVENT, "required column event_id, event_type, occurred_at is missing"),
        ("a.csv", "event_id,event_type\n", "required column occurred_at is missing; the file has"),
        ("a.csv", "event_id,Event ID,event_type,occurred_at\n", "event_id stands more than once"),
        ("a.csv.gz", zipped(HEADER + EVENT)[:-9], "it ends too early"),
        ("a.csv.gz", HEADER + EVENT, "the gzip file is damaged"),
        ("a.csv", zipped(HEADER + EVENT), "is not UTF-8"),
        ("a.jsonl", HEADER + EVENT, "does not begin with lines of JSON objects (line 1: "),
        ("a.jsonl", '[{"event_id":1}]\n', "the line is no JSON object"),
        ("a.jsonl", '{"event_id":1}\n', "required column event_type, occurred_at is missing"),
        ("a.jsonl", "", "the file is empty"),
        ("a.json", JSON_EVENT, "has a name that ends in .jsonl"),
        ("a.xlsx", "x", "it is neither CSV"),
        ("a.parquet", "x", "Parquet files belong into custom/events/"),
        ("a.csv", "x" * (text_files.LONGEST_LINE + 2), "there is no header: the line has more"),
    ],
)
def test_a_file_that_cannot_be_read_is_put_aside_and_listed_with_its_reason(
    box: Inbox, name: str, content: str | bytes, reason: str
) -> None:
    box.drop("good.csv", HEADER + EVENT)
    dropped = box.drop(name, content)
    messages = box.run()
    assert box.events() == ["e1"]
    assert not dropped.exists()
    assert box.files("inbox/quarantine") == [name]
    (item,) = quarantine.find(box.settings)
    assert item.is_whole_file
    assert reason in item.reason
    assert any(f"events/{name}: quarantined" in message for message in messages)
    [(listed, is_whole_file)] = box.rows(
        "select reason, is_whole_file from control.intake_quarantine"
    )
    assert (listed, is_whole_file) == (item.reason, True)
    assert box.files("custom/events") == [p for p in box.files("custom/events") if "good" in p]
    box.run()
    assert len(box.reasons()) == 1


def test_a_table_without_required_columns_still_needs_one_that_is_its_own(box: Inbox) -> None:
    box.drop("a.csv", "name,colour\nx,y\n", "identities")
    box.run()
    assert box.reasons() == ["no column of this table is in the file; it has name, colour"]


def test_huge_lines_and_fields_are_broken_rows_and_the_others_are_read(
    box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, "LONGEST_LINE", 1000)
    box.drop(
        "a.csv",
        HEADER
        + f"e0,l1,{'x' * 5000},2024-03-01\n"
        + EVENT
        + 'e2,l1,"'
        + "\n".join(["y" * 400] * 4)
        + '",2024-03-01\n'
        + EVENT.replace("e1", "e3"),
    )
    long = json.dumps({"event_id": "z" * 5000})
    box.drop("b.jsonl", JSON_EVENT.replace("e1", "e4") + long + "\n")
    box.run()
    assert box.events() == ["e1", "e3", "e4"]
    assert any("a field has more than" in reason for reason in box.reasons())
    assert any("the line has more than" in reason for reason in box.reasons())


def test_the_same_bytes_count_once_whatever_they_are_called(box: Inbox) -> None:
    box.drop("a.csv", HEADER + EVENT)
    box.run()
    box.drop("a.csv", HEADER + EVENT)
    box.drop("another name.csv", HEADER + EVENT)
    messages = box.run()
    assert box.events() == ["e1"]
    assert box.files("inbox/custom") == []
    assert len(box.files("inbox/archive")) == 2
    assert sum("was taken in before" in message for message in messages) == 2


def test_of_equal_deliveries_the_later_run_counts_and_in_a_run_the_larger_name(box: Inbox) -> None:
    for name in ("b.csv", "a.csv", "c.csv"):
        box.drop(name, HEADER + EVENT.replace("page_view", f"of {name}"))
    box.run()
    time.sleep(0.01)
    box.drop("a.csv", HEADER + EVENT.replace("page_view", "later"))
    box.run()
    ordered = box.rows("select event_type from raw_custom.events order by _file, _row")
    assert [row[0] for row in ordered] == ["of a.csv", "of b.csv", "of c.csv", "later"]


@pytest.mark.parametrize("name", ["a.csv.tmp", "a.csv.part", ".a.csv.x7Gh2", "a.csv~"])
def test_a_file_that_is_unfinished_by_its_name_waits(box: Inbox, name: str) -> None:
    dropped = box.drop(name, HEADER + EVENT)
    messages = box.run()
    assert dropped.exists()
    assert any("still being written" in message for message in messages)
    assert box.events() == []


def test_a_file_that_was_just_modified_waits_for_the_next_run(box: Inbox) -> None:
    dropped = box.drop("a.csv", HEADER + EVENT)
    os.utime(dropped)
    assert any("modified a moment ago" in message for message in box.run())
    assert dropped.exists()
    os.utime(dropped, (time.time() - 4, time.time() - 4))
    box.run()
    assert box.events() == ["e1"]


@pytest.mark.parametrize("step", ["hashed", "written", "landed", "moving"])
def test_a_file_that_grows_while_it_is_read_loses_nothing(
    box: Inbox, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    dropped = box.drop("a.csv", HEADER + EVENT)

    def grow(reached: str) -> None:
        if reached == step and dropped.exists():
            with dropped.open("a") as handle:
                handle.write(EVENT.replace("e1", "e2"))
            os.utime(dropped, (1e9 + 9, 1e9 + 9))

    monkeypatch.setattr(inbox, "reached", grow)
    messages = box.run()
    assert any("changed while it was read" in message for message in messages)
    assert dropped.exists()
    monkeypatch.setattr(inbox, "reached", lambda step: None)
    box.run()
    assert set(box.events()) == {"e1", "e2"}
    assert box.files("inbox/custom") == []


def test_another_file_that_takes_the_name_meanwhile_is_not_archived_unread(
    box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = box.drop("a.csv", HEADER + EVENT)

    def replace(reached: str) -> None:
        if reached == "moving":
            box.drop("new", HEADER + EVENT.replace("e1", "e2")).rename(dropped)

    monkeypatch.setattr(inbox, "reached", replace)
    box.take_in()
    monkeypatch.setattr(inbox, "reached", lambda step: None)
    box.run()
    assert box.events() == ["e1", "e2"]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (
            "inbox/custm/events/a.csv",
            "'custm' is not a source of this project. Did you mean custom?",
        ),
        ("inbox/custom/event/a.csv", "custom has no table 'event'. Did you mean events?"),
        ("inbox/custom/x/a.csv", "There are: leads, "),
        ("inbox/a.csv", "inbox/a.csv: is not read here: put it into inbox/<source>/<table>/."),
        ("inbox/custom/a.csv", "put it into inbox/custom/<table>/."),
    ],
)
def test_a_file_in_the_wrong_place_is_told_of_and_left_there(
    box: Inbox, place: str, message: str
) -> None:
    path = box.settings.landing / place
    path.parent.mkdir(parents=True)
    path.write_text(HEADER + EVENT)
    os.utime(path, (1e9, 1e9))
    assert any(message in said for said in box.run())
    assert path.exists()


def test_files_of_a_source_that_is_off_wait(box: Inbox) -> None:
    from dataclasses import replace

    dropped = box.drop("a.csv", HEADER + EVENT)
    taken = inbox.take_in(replace(box.settings, sources=()))
    assert any("source custom is off" in message for message in taken.messages)
    assert dropped.exists()


def test_no_link_is_followed_and_no_device_is_opened(box: Inbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(HEADER + EVENT)
    os.utime(secret, (1e9, 1e9))
    folder = box.drop("good.csv", HEADER + EVENT.replace("e1", "good")).parent
    (folder / "link.csv").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path)
    (box.root / "custom" / "leads").symlink_to(tmp_path)
    (box.root / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.csv")
    messages = box.run()
    assert box.events() == ["good"]
    assert secret.exists()
    assert sum("a symbolic link is not followed" in message for message in messages) == 4
    assert any("pipe.csv: is no plain file" in message for message in messages)


@pytest.mark.parametrize("place", ["archive", "quarantine"])
def test_nothing_is_moved_through_a_link_that_leads_out(
    box: Inbox, tmp_path: Path, place: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    dropped = box.drop("a.csv", HEADER + EVENT if place == "archive" else "")
    (box.root / place).symlink_to(outside)
    with pytest.raises(ConfigurationError, match="symbolic link"):
        box.take_in()
    assert list(outside.iterdir()) == []
    assert dropped.exists()


@pytest.mark.parametrize(
    "name",
    [
        "it's.csv",
        'a"b.csv',
        "a\nb.csv",
        "[a-z]*.csv",
        "a?b.csv",
        "x'); drop table x; --.csv",
        "$(touch pwned).csv",
        "..csv",
        "...csv",
        "ü 100%\u202e.csv",
        "-rf.csv",
        "=cmd().csv",
        "\udcff.csv",
        "n" * 250 + ".csv",
    ],
)
def test_a_file_name_is_only_ever_a_name(box: Inbox, name: str) -> None:
    if name.startswith("."):
        name = "a" + name
    path = box.root / "custom" / "events" / os.fsencode(name).decode("utf-8", "surrogateescape")
    path.parent.mkdir(parents=True)
    path.write_text(HEADER + EVENT + BAD)
    os.utime(path, (1e9, 1e9))
    box.run()
    [(row_id,)] = box.rows("select row_id from control.intake_quarantine")
    assert row_id.endswith(":3")
    assert text_files.printable(row_id) == row_id
    assert box.events() == ["e1"]
    (archived,) = (p for p in (box.root / "archive").rglob("*") if p.is_file())
    assert archived.name == path.name
    box.run()
    assert box.events() == ["e1"]


def test_text_like_formulas_and_sql_stays_text(box: Inbox, tmp_path: Path) -> None:
    texts = ["=1+1", "'=x", "'; drop table x; --", "+49", "-5", "@x", "''", "\ttab", '"q"']
    lines = [[f"e{i}", "v", "2024-03-01", text] for i, text in enumerate(texts)]
    lines += [[f"b{i}", "v", "never", text] for i, text in enumerate(texts)]
    path = tmp_path / "a.csv"
    with path.open("w", newline="") as handle:
        csv.writer(handle).writerows([["event_id", "event_type", "occurred_at", "text"], *lines])
    box.drop("a.csv", path.read_bytes())
    box.run()
    assert [row[0] for row in box.rows("select text from raw_custom.events order by _row")] == texts
    folder = tmp_path / "out"
    quarantine.export(quarantine.find(box.settings), folder)
    exported = folder / "custom.events.csv"
    with exported.open(newline="") as handle:
        cells = [cell for row in csv.reader(handle) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    exported.write_text(exported.read_text().replace("never", "2024-03-01"))
    replay(box, str(exported))
    box.run()
    assert [row[0] for row in box.rows("select text from raw_custom.events order by _file, _row")][
        len(texts) :
    ] == texts


def test_what_is_written_is_readable_by_owner_and_group_at_most(box: Inbox, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        box.drop("a.csv", HEADER + EVENT + BAD)
        box.drop("b.csv", "")
        box.run()
        quarantine.export(quarantine.find(box.settings), tmp_path / "out")
    finally:
        os.umask(before)
    places = [box.settings.landing / "custom", box.root / "archive", box.root / "quarantine"]
    found = [p for place in [*places, tmp_path / "out"] for p in [place, *place.rglob("*")]]
    assert [p for p in found if p.stat().st_mode & 0o027] == []


def test_a_new_working_file_comes_to_the_same_rows(box: Inbox, tmp_path: Path) -> None:
    mended_once(box, tmp_path)
    box.drop("bad.csv", "")
    box.run()
    before = box.events(), box.reasons()
    box.settings.warehouse.unlink()
    box.run()
    assert (box.events(), box.reasons()) == before


def replay(box: Inbox, *files: str, everything: bool = False) -> list[tuple[str, Path]]:
    done = quarantine.replay(box.settings, files, everything)
    for _, path in done:
        os.utime(path, (1e9, 1e9))
    return done


def mended_once(box: Inbox, tmp_path: Path) -> Path:
    """Two rows in quarantine of which one was mended and replayed; returns the mended file."""
    box.drop("a.csv", HEADER + EVENT + BAD + BAD.replace("e2", "e3"))
    box.run()
    quarantine.export(quarantine.find(box.settings), tmp_path / "out")
    path = tmp_path / "out" / "custom.events.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + lines[1].replace("yesterday", "2024-03-02"))
    replay(box, str(path))
    box.run()
    return path


def test_rows_that_were_mended_and_replayed_leave_quarantine(box: Inbox, tmp_path: Path) -> None:
    path = mended_once(box, tmp_path)
    assert box.events() == ["e1", "e2"]
    assert (
        box.rows("select cast(extra as varchar) from raw_custom.events where extra is not null")
        == []
    )
    (item,) = quarantine.find(box.settings)
    assert (item.line, item.reason) == (4, "occurred_at cannot be read as timestamp")
    replay(box, str(path))
    assert any("was taken in before" in message for message in box.run())
    assert box.events() == ["e1", "e2"]


def test_a_replayed_row_that_is_still_broken_stands_in_quarantine_once(
    box: Inbox, tmp_path: Path
) -> None:
    box.drop("a.csv", HEADER + BAD)
    box.run()
    quarantine.export(quarantine.find(box.settings), tmp_path / "out")
    path = tmp_path / "out" / "custom.events.csv"
    path.write_text(path.read_text().replace("yesterday", "last week"))
    replay(box, str(path))
    box.run()
    [(row,)] = box.rows("select row_json from control.intake_quarantine")
    assert "last week" in row


def test_a_row_that_staging_could_not_use_is_mended_and_replayed_too(
    box: Inbox, tmp_path: Path
) -> None:
    box.drop("a.csv", HEADER + EVENT + ",l1,page_view,2024-03-02\n")
    box.run()
    with warehouse.opened(box.settings.warehouse) as connection:
        connection.execute("update control.intake_files set is_kept = true")
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_quarantine as "
            "select 'custom' as source_system, 'events' as source_table, "
            "_file || ':' || _row as row_id, 'event_id is missing' as reason, _file as file, "
            "false as is_whole_file from raw_custom.events where event_id is null"
        )
    (item,) = quarantine.find(box.settings)
    assert (item.line, item.reason) == (3, "event_id is missing")
    quarantine.export([item], tmp_path / "out")
    path = tmp_path / "out" / "custom.events.csv"
    path.write_text(path.read_text().replace("\n,l1", "\ne2,l1"))
    replay(box, str(path))
    box.run()
    assert box.events() == ["e1", "e2"]
    assert quarantine.find(box.settings) == []
    assert box.rows("select distinct is_kept from control.intake_files") == [(False,)]


def test_a_replayed_row_that_names_another_row_takes_nothing_away(
    box: Inbox, tmp_path: Path
) -> None:
    box.drop("a.csv", HEADER + EVENT + BAD)
    box.run()
    quarantine.export(quarantine.find(box.settings), tmp_path / "out")
    path = tmp_path / "out" / "custom.events.csv"
    path.write_text(path.read_text().replace(":3#", ":2#").replace("yesterday", "2024-03-01"))
    replay(box, str(path))
    box.run()
    assert box.events() == ["e1", "e2"]
    assert len(box.reasons()) == 1


def test_a_replayed_delivery_that_is_taken_away_gives_the_row_back(
    box: Inbox, tmp_path: Path
) -> None:
    mended_once(box, tmp_path)
    (landed,) = (box.settings.landing / "custom" / "events" / "inbox").glob("*custom.events*")
    landed.unlink()
    box.run()
    assert box.events() == ["e1"]
    assert len(box.reasons()) == 2


def test_quarantined_files_are_put_back_by_name_or_all(box: Inbox) -> None:
    box.drop("a.csv", "")
    box.drop("b.csv", "x")
    box.drop("c.csv", "", "leads")
    box.run()
    items = {Path(item.file).name: item for item in quarantine.find(box.settings)}
    assert set(items) == {"a.csv", "b.csv", "c.csv"}
    assert len(quarantine.find(box.settings, table="leads")) == 1
    assert len(quarantine.find(box.settings, reason="Required Column")) == 1
    aside = box.settings.landing / items["b.csv"].file
    aside.write_text(HEADER + EVENT)
    replay(box, items["b.csv"].file)
    box.run()
    assert box.events() == ["e1"]
    assert len(quarantine.find(box.settings)) == 2
    box.drop("a.csv", "its name is taken")
    assert {path.name for _, path in replay(box, everything=True)} == {"a-2.csv", "c.csv"}
    assert quarantine.find(box.settings) == []
    box.run()
    assert len(quarantine.find(box.settings)) == 3


def test_what_others_leave_in_our_folders_does_not_stop_a_run(box: Inbox) -> None:
    box.drop("a.csv", "")
    box.run()
    place = box.root / "quarantine" / "custom" / "events"
    (place / "stray.txt").write_text("x")
    (place.parent / "unknown").mkdir()
    (note,) = place.rglob("*.json")
    note.write_text("{")
    box.run()
    assert box.reasons() == ["the note that says why is missing"]


def test_a_file_that_is_being_mended_is_not_written_over(box: Inbox) -> None:
    box.drop("a.csv", "")
    box.run()
    (item,) = quarantine.find(box.settings)
    (box.settings.landing / item.file).write_text("mended")
    box.drop("a.csv", "")
    box.run()
    assert box.files("inbox/quarantine") == ["a-2.csv", "a.csv"]
    replay(box, item.file)
    assert [i.reason for i in quarantine.find(box.settings)] == [item.reason]


def test_a_full_disk_leaves_the_file_for_the_next_run(
    box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = box.drop("a.csv", HEADER + EVENT)

    def full(step: str) -> None:
        if step == "written":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(inbox, "reached", full)
    assert any("(No space left on device)" in message for message in box.run())
    assert dropped.exists()
    assert box.files("custom") == []
    monkeypatch.setattr(inbox, "reached", lambda step: None)
    box.run()
    assert box.events() == ["e1"]


def test_what_cannot_be_replayed_is_said_and_nothing_is_moved(box: Inbox, tmp_path: Path) -> None:
    box.drop("a.csv", "")
    box.run()
    (item,) = quarantine.find(box.settings)
    other = tmp_path / "mended.csv"
    other.write_text(HEADER)
    with pytest.raises(ConfigurationError) as raised:
        quarantine.replay(box.settings, [item.file, "nothing.csv", str(other)], False)
    assert len(raised.value.problems) == 2
    assert "<source>.<table>.csv" in str(raised.value)
    assert quarantine.find(box.settings) == [item]
    with pytest.raises(ConfigurationError, match="no file is named"):
        quarantine.replay(box.settings, [], False)
    with pytest.raises(ConfigurationError, match="there is no table 'evens'"):
        quarantine.find(box.settings, table="evens")


def test_an_export_writes_over_nothing(box: Inbox, tmp_path: Path) -> None:
    box.drop("a.csv", HEADER + BAD)
    box.run()
    items = quarantine.find(box.settings)
    quarantine.export(items, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="is there already"):
        quarantine.export(items, tmp_path / "out")


def test_what_waits_is_told_without_touching_it(box: Inbox) -> None:
    dropped = box.drop("a.csv", HEADER + EVENT)
    assert inbox.waiting(box.settings) == [
        "inbox: 1 files wait; the next leadscore score takes them in."
    ]
    assert dropped.exists()


class Death(BaseException):
    """Stands for the end of the process: nothing that tidies up may run."""


GOOD_STEPS = ("hashed", "written", "landed", "moving", "moved", "archived")
BAD_STEPS = ("hashed", "noted", "moving", "moved", "quarantined")


def dropped_before_death(box: Inbox) -> None:
    box.drop("good.csv", HEADER + EVENT + BAD)
    box.drop("torn.csv", b"\xff\xfe")


def whole_and_once(box: Inbox) -> None:
    """After another run everything is there, once, and no leftovers lie about."""
    box.run()
    assert box.events() == ["e1"]
    assert len(box.reasons()) == 2
    assert box.files("inbox/custom") == []
    assert box.files("inbox/archive") == ["good.csv"]
    assert box.files("inbox/quarantine") == ["torn.csv"]
    assert len(box.files("custom/events")) == 1
    box.run()
    assert (box.events(), len(box.reasons())) == (["e1"], 2)


def test_the_steps_are_these(box: Inbox, steps: list[str]) -> None:
    dropped_before_death(box)
    box.take_in()
    assert tuple(steps) == GOOD_STEPS + BAD_STEPS


@pytest.mark.parametrize("number", range(len(GOOD_STEPS + BAD_STEPS)))
def test_whatever_step_fails_the_next_run_comes_to_the_same_end(
    box: Inbox, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    dropped_before_death(box)
    reached: list[str] = []

    def die(step: str) -> None:
        reached.append(step)
        if len(reached) == number + 1:
            raise Death

    monkeypatch.setattr(inbox, "reached", die)
    with pytest.raises(Death):
        box.take_in()
    monkeypatch.setattr(inbox, "reached", lambda step: None)
    whole_and_once(box)


KILLED = """
import os, signal, sys
from pathlib import Path
from orchestration import warehouse
from orchestration.ingestion import inbox, intake
from orchestration.settings import Settings

point, seen = int(sys.argv[2]), 0

def reached(step):
    global seen
    if seen == point:
        os.kill(os.getpid(), signal.SIGKILL)
    seen += 1

inbox.reached = reached
settings = Settings.from_environment(Path(sys.argv[1]), {})
inbox.take_in(settings)
reached("taken in")
with warehouse.opened(settings.warehouse) as connection:
    intake.run_intake(connection, settings)
    reached("typed")
    inbox.note_quarantined_files(connection, settings)
    reached("noted in the working file")
"""
KILL_POINTS = len(GOOD_STEPS + BAD_STEPS) + 3


def killed_at(box: Inbox, point: int) -> int:
    return subprocess.run(
        [sys.executable, "-c", KILLED, str(box.folder), str(point)],
        env={**clean_environment(), "PYTHONPATH": str(REPOSITORY)},
        check=False,
        timeout=60,
    ).returncode


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=() if point in (2, 4) else pytest.mark.full)
        for point in range(KILL_POINTS)
    ],
)
def test_a_run_that_is_killed_is_finished_by_the_next(box: Inbox, point: int) -> None:
    dropped_before_death(box)
    assert killed_at(box, point) == -signal.SIGKILL
    whole_and_once(box)


@pytest.mark.full
def test_a_run_that_is_killed_again_and_again_comes_to_the_same_end(box: Inbox) -> None:
    dropped_before_death(box)
    for point in (1, 1, 2, 0, 3, 4, 2, 6, 1, 7, 8):
        killed_at(box, point)
    whole_and_once(box)


def test_a_replay_that_dies_after_the_move_is_finished_by_the_next_run(
    box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.drop("a.csv", "")
    box.run()
    (item,) = quarantine.find(box.settings)
    (box.settings.landing / item.file).write_text(HEADER + EVENT)

    def die(step: str) -> None:
        raise Death

    monkeypatch.setattr(inbox, "reached", die)
    with pytest.raises(Death):
        quarantine.replay(box.settings, [item.file], False)
    monkeypatch.setattr(inbox, "reached", lambda step: None)
    assert quarantine.find(box.settings) == []
    os.utime(box.root / "custom" / "events" / "a.csv", (1e9, 1e9))
    box.run()
    assert (box.events(), box.reasons()) == (["e1"], [])


def test_two_runs_never_read_the_inbox_at_once(box: Inbox) -> None:
    dropped = box.drop("a.csv", HEADER + EVENT)
    with inbox.exclusive(box.root) as is_ours:
        assert is_ours
        assert any("read by another run" in message for message in box.take_in().messages)
        with pytest.raises(ConfigurationError, match="another run is reading the inbox"):
            quarantine.replay(box.settings, [], True)
    assert dropped.exists()


VALUES = {
    "event_id": [" a ", "17", "17.0", "é", "x"],
    "event_type": ["v", "", "V ", "1", "true"],
    "occurred_at": [
        "2024-03-01", "2024-03-01 12:00:00+02", "2024-03-01T12:00:00Z", "1709294400", "epoch",
        "inf", "today", "01/03/2024", " 2024-03-01 ", "", "2024-02-30",
    ],
    "duration_seconds": ["1", "1.5", " 2 ", "1e3", "nan", "inf", "-1", "1,5", "", "0x1"],
    "is_automated": ["true", "FALSE", "t", "1", "0", "yes", "maybe", "", " true "],
    "employee_count": ["1", "+1", "1.0", "1.5", "1e3", "99999999999999999999", "", "1 "],
}  # fmt: skip
NATIVE = {
    "event_id": [7, 7.0, 7.5, 1e20, True, 2**60],
    "occurred_at": [1709294400, 1.5, True],
    "duration_seconds": [1, 1.5, True, -3],
    "is_automated": [0, 1, 2, 1.0, False],
    "employee_count": [1, 1.0, 1.5, 1e19, True, 2**62],
    "text": [1, 0.1, 1e-7, 123456789.125, False],
}


@pytest.mark.parametrize("column", [*VALUES, *(f"native {name}" for name in NATIVE)])
def test_values_are_typed_as_those_of_parquet_files_are(tmp_path: Path, column: str) -> None:
    """The same values by either way: the same rows, the same reasons."""
    is_native, column = column.startswith("native "), column.removeprefix("native ")
    table = "leads" if column == "employee_count" else "events"
    good = {
        "leads": {"lead_id": "l", "created_at": "2024-03-01"},
        "events": {"event_id": "e", "event_type": "v", "occurred_at": "2024-03-01"},
    }[table]
    boxes = {kind: Inbox(tmp_path / kind) for kind in ("parquet", "jsonl", "csv")}
    for number, value in enumerate((NATIVE if is_native else VALUES)[column]):
        row = good | {column: value}
        path = boxes["parquet"].settings.landing / "custom" / table / f"{number:02}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist([row]), path)
        boxes["jsonl"].drop(f"{number:02}.jsonl", json.dumps(row), table)
        text = io.StringIO()
        csv.writer(text).writerows([[*row], row.values()])
        boxes["csv"].drop(f"{number:02}.csv", text.getvalue(), table)
    found = {}
    for kind, box in boxes.items():
        box.run()
        number = "regexp_extract(%s, '([0-9]{2})[.][a-z]+$', 1)"
        # An empty cell of a CSV file is no value; staging makes the same of an empty text.
        value = f"nullif(cast({column} as varchar), '')"
        rows = f"select {number % '_file'}, {value} from raw_custom.{table} order by 1"
        bad = f"select {number % 'file'}, reason from control.intake_quarantine order by 1"
        found[kind] = (box.rows(rows), box.rows(bad))
    assert sum(map(len, found["parquet"])) == len((NATIVE if is_native else VALUES)[column])
    assert found["jsonl"] == found["parquet"]
    assert is_native or found["csv"] == found["parquet"]
