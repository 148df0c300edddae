"""One run on hostile text, with secrets in the environment: nothing of either does any harm."""

from __future__ import annotations

import contextlib
import csv
import glob
import json
import os
import socket
import subprocess
import sys
import time
import unicodedata
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path

import dagster
import duckdb
import httpx
import psutil
import pytest
import yaml
from conftest import REPOSITORY, clean_environment, copy_project, leadscore
from landed_place import Place, tables_with

DAY = date(2024, 6, 30)
MOMENT = datetime(2024, 6, 29, 12)
HOSTILE = (
    "'; drop table lead_scores; --",
    '"; delete from "leads"; --',
    "{{ 1 / 0 }}{% raise %}",
    "<script>alert('x')</script><img src=x onerror=alert(1)>",
    "$(touch pwned)`touch pwned`; touch pwned |",
    "\x1b]0;owned\x07\x1b[2Jx",
    "../../../etc/passwd",
    "line one\nline two\r\n=cmd|' /C calc'!A0",
    "%s {} {0} %(x)s \\ $1 ?",
    "zażółć 𝄞 \u202egnp.exe",
)
"""Texts that are values of attributes, pages, and of the rules that look for them."""
NAMES = ("it's <b>", 'a"b', "x'); drop table x; --", "$(touch pwned)", "day=2024-01-01", "[a]*?")
SECRETS = {
    "LEAD_SCORING_POSTGRES": "host=127.0.0.1 port=1 dbname=x user=u password=p0stgres-s3cret",
    "LEAD_SCORING_ALERT_WEBHOOK": "http://127.0.0.1:1/webh00k-s3cret",
    "LEAD_SCORING_ALERT_SLACK": "http://127.0.0.1:1/sl4ck-s3cret",
    "LEAD_SCORING_ALERT_EMAIL_TO": "ops@example.com",
    "LEAD_SCORING_ALERT_SMTP": "127.0.0.1:1",
    "LEAD_SCORING_ALERT_SMTP_USER": "u",
    "LEAD_SCORING_ALERT_SMTP_PASSWORD": "sm7p-s3cret",
    "LEAD_SCORING_ERASURE_KEY": "er4sure-key-s3cret",
}


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag, *(name for name, _ in attrs)}


def land(place: Place) -> None:
    """Leads, events and attributes with hostile texts, in files and columns with hostile names."""
    for number, (text, name) in enumerate(zip(HOSTILE, [*NAMES, *"abcd"], strict=True)):
        lead = {"lead_id": f"L{number}", "created_at": MOMENT}
        leads = [{**lead, "email": f"o'l{number}<b>@x.example", "company_name": text, name: text}]
        place.land("leads", leads, name=f"{name}/{name}" if number == 0 else name)
        event = {"lead_id": f"L{number}", "event_type": "page_view", "asset": text}
        events = [{**event, "event_id": text, "occurred_at": MOMENT}]
        place.land("events", [*events, {**event, "event_id": f"broken {text}"}], name=name)
        value = {"lead_id": f"L{number}", "attribute": text, "value_text": text}
        place.land("lead_attributes", [value], name=name)
        header = f'event_id,lead_id,event_type,occurred_at,"{name.replace(chr(34), chr(34) * 2)}"'
        row = f"d{number},L{number},page_view,{MOMENT},{number}"
        place.drop("events", f"{name.replace('/', '')}.csv", f"{header}\n{row}\n".encode())

    odd = {"event_id": "odd", "lead_id": "L0", "event_type": HOSTILE[3], "occurred_at": MOMENT}
    place.land("events", [odd], name="odd")


def write_rules(project: Path) -> None:
    """A rule for each text as a value, one for a name of an attribute, and one for a page."""
    fit = {"model_version": "b2b_v1", "rule_group": "seniority", "operator": "equals"}
    rules = [
        {"rule_id": f"hostile_{number}", "attribute": "company_name", "value": text}
        for number, text in enumerate(HOSTILE)
    ]
    rules.append({"rule_id": "hostile_name", "attribute": HOSTILE[0], "value": HOSTILE[0]})
    _append(project, "fit_rules", [{**fit, **rule, "points": "1"} for rule in rules])
    page = {"model_version": "b2b_v1", "rule_id": "hostile_page", "rule_group": "visits"}
    page |= {"activity_type": "page_view", "asset_operator": "equals", "asset_value": HOSTILE[3]}
    _append(project, "engagement_rules", [{**page, "measure": "events", "points": "1"}])


def _append(project: Path, seed: str, rules: list[dict[str, str]]) -> None:
    path = project / "seeds" / "scoring" / f"{seed}.csv"
    with open(path, newline="", encoding="utf-8") as handle:
        header = next(csv.reader(handle))
    with open(path, "a", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, header, lineterminator="\n")
        for rule in rules:
            text = rule.get("value", rule.get("asset_value"))
            writer.writerow({**rule, "description": f"Rule {rule['rule_id']} {text}"})


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, str]:
    """The project after its run, and what the run said."""
    place = Place(
        copy_project(tmp_path_factory.mktemp("safety") / "[a] $(touch pwned)", with_parse=False)
    )
    land(place)
    write_rules(place.project)
    home = place.project / "dagster"
    home.mkdir()
    result = leadscore(
        *("score", "--date", DAY, "--json", "--project-dir", place.project),
        environment={**SECRETS, "DAGSTER_HOME": str(home)},
    )
    # Published; the server for the copy is not there.
    assert result.returncode == 4, result.stdout + result.stderr
    return place, result.stdout + result.stderr


@pytest.mark.full
def test_hostile_texts_are_scored_like_all_others(hostile: tuple[Place, str]) -> None:
    place, _ = hostile
    rows = place.published(
        "select lead_id, rule_id, points > 0 from lead_score_contributions "
        "where rule_id like 'hostile%' and model_version = 'b2b_v1' order by all"
    )
    expected = [(f"L{n}", f"hostile_{n}", True) for n in range(len(HOSTILE))]
    expected += [("L0", "hostile_name", True), ("L3", "hostile_page", True)]
    assert rows == sorted(expected)
    [(activities, quarantined)] = place.published(
        "select activities, quarantined from intake_counts where source_table = 'events'"
    )
    assert (activities, quarantined) == (2 * len(HOSTILE) + 1, len(HOSTILE))


@pytest.mark.full
def test_no_text_was_run_by_a_shell_or_led_out_of_its_folder(hostile: tuple[Place, str]) -> None:
    place, _ = hostile
    folders = (place.project, place.project.parent, REPOSITORY, Path.cwd())
    assert [folder for folder in folders if (folder / "pwned").exists()] == []
    assert list(place.project.rglob("pwned")) == []


@pytest.mark.full
def test_no_text_becomes_a_tag_of_a_page(hostile: tuple[Place, str]) -> None:
    place, _ = hostile
    page = (place.project / "warehouse" / "checks" / "index.html").read_text()
    pages = [page, *(p.read_text() for p in (place.project / "warehouse").rglob("*.html"))]
    assert "onerror" not in Tags("".join(pages)).seen
    assert Tags(page).seen.isdisjoint({"script", "img", "iframe", "b"})


@pytest.mark.full
def test_an_explanation_holds_no_control_characters(hostile: tuple[Place, str]) -> None:
    place, said = hostile
    explained = [
        leadscore("explain", f"L{number}", "--project-dir", place.project)
        for number in range(len(HOSTILE))
    ]
    assert [result.returncode for result in explained] == [0] * len(HOSTILE)
    assert "owned" in explained[5].stdout
    for text in [said, *(result.stdout + result.stderr for result in explained)]:
        controls = {char for char in text if unicodedata.category(char) == "Cc"}
        assert controls <= {"\n"}
        assert "\u202e" not in text


@pytest.mark.full
def test_no_secret_stands_in_anything_that_was_written_or_said(hostile: tuple[Place, str]) -> None:
    place, said = hostile
    secret = b"s3cret"
    found = ["what was said"] if secret.decode() in said else []
    for path in (p for p in place.project.rglob("*") if p.is_file()):
        if secret in path.read_bytes():
            found.append(path.name)
        if path.suffix == ".parquet":
            rows = duckdb.read_parquet(glob.escape(str(path))).fetchall()
            found += [path.name for row in rows if secret.decode() in str(row)]
        if path.suffix == ".duckdb":
            found += tables_with(path, secret.decode())
    assert found == []


def test_every_server_that_we_start_or_describe_is_for_this_machine_only() -> None:
    said = subprocess.run(
        ["make", "--dry-run", "ui"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    assert "--host 127.0.0.1" in said
    units = [path.read_text() for path in (REPOSITORY / "docs" / "deploy").glob("*.service")]
    servers = [unit for unit in units if "dagster-webserver" in unit]
    assert len(servers) == 1
    assert "--host 127.0.0.1" in servers[0]
    compose = yaml.safe_load((REPOSITORY / "docs" / "deploy" / "compose.yaml").read_text())
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not str(port).startswith("127.0.0.1:")] == []
    assert json.dumps(compose).count("network_mode") == 0


@pytest.mark.full
def test_nothing_that_the_web_server_starts_listens_to_other_machines(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    (tmp_path / "home").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = subprocess.run(
        ["make", "--dry-run", "ui"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    host = said.split("--host ")[1].split()[0]
    command = [
        *(sys.executable, "-m", "dagster", "dev", "-m", "orchestration.definitions"),
        *("--host", host, "--port", str(port)),
    ]
    environment = {
        **clean_environment(),
        **{"DAGSTER_HOME": str(tmp_path / "home"), "LEAD_SCORING_PROJECT_DIR": str(project)},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    with subprocess.Popen(
        command,
        env=environment,
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            deadline = time.monotonic() + 180
            while port not in (listening := listeners(process.pid)):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(1)
            # What docs/deploy.md names for watching it.
            answer = httpx.get(f"http://127.0.0.1:{port}/server_info", timeout=60)
        finally:
            for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                one.kill()
    assert set(listening.values()) <= {"127.0.0.1", "::1"}, listening
    assert answer.status_code == 200
    assert answer.json()["dagster_version"] == dagster.__version__


def listeners(pid: int) -> dict[int, str]:
    """Ports on which a process and its children listen, with the address."""
    found = {}
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            for connection in process.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN:
                    found[connection.laddr.port] = connection.laddr.ip
    return found
