"""Alerts, sent to real servers on this machine."""

from __future__ import annotations

import json
import logging
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler
from aiosmtpd.smtp import AuthResult, LoginPassword
from conftest import HOLDS_A_DATABASE, another_process
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result

from orchestration import control, warehouse
from orchestration.alerting import channels, incidents, runs, staleness
from orchestration.alerting.incidents import Incident
from orchestration.cli import app
from orchestration.defs import alerts as sensors
from orchestration.errors import BlockedByCheck, ConfigurationError, NotCopied
from orchestration.ingestion import intake
from orchestration.quality.results import CheckResult
from orchestration.settings import Settings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "/services/T0/correct-horse"
BLOCKED = BlockedByCheck(
    [
        CheckResult(
            name="volume",
            table="raw_custom.events",
            gate="raw",
            kind="volume",
            blocking=True,
            passed=False,
            skipped=False,
            description="As many rows as before",
            message="too few rows",
        )
    ]
)
FAILED = Incident("run_failed", "A run failed", "the disk is full")


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "FIRST_WAIT_SECONDS", 0.0)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "dbt_project.yml").touch()
    return Settings.from_environment(tmp_path, {})


@pytest.fixture
def webhook(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    """A server that takes what is sent to a secret address."""
    httpserver.expect_request(SECRET).respond_with_data("ok")
    monkeypatch.setenv(channels.WEBHOOK, httpserver.url_for(SECRET))
    return httpserver


def received(server: HTTPServer) -> list[dict]:
    return [json.loads(request.get_data()) for request, _answer in server.log]


def events(server: HTTPServer) -> list[tuple[str, str]]:
    return [(body["event"], body["incident"]) for body in received(server)]


def state(settings: Settings) -> str:
    return incidents.state_file(settings.warehouse).read_text(encoding="utf-8")


def leadscore(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["alerts", "--project-dir", settings.project_dir, *arguments])


def end(settings: Settings, error: Exception | None = None) -> None:
    """End a run of the command line, with an error or well."""
    with suppress(type(error)), runs.watched(settings):
        if error:
            raise error


# --- incidents ------------------------------------------------------------------------------------


def test_an_incident_is_told_once_and_its_end_once(settings: Settings, webhook: HTTPServer) -> None:
    for _ in range(3):
        end(settings, OSError("the disk is full"))
    assert events(webhook) == [("opened", "run_failed")]
    assert "the disk is full" in received(webhook)[0]["text"]
    for _ in range(3):
        end(settings)
    assert events(webhook) == [("opened", "run_failed"), ("closed", "run_failed")]
    end(settings, OSError("the disk is full"))
    assert events(webhook)[2:] == [("opened", "run_failed")]


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (BLOCKED, "checks_blocked"),
        (NotCopied("PostgreSQL is gone"), "not_copied"),
        (ConfigurationError([]), "run_failed"),
        (ZeroDivisionError("oh"), "run_failed"),
    ],
    ids=["exit code 1", "exit code 4", "exit code 2", "exit code 3"],
)
def test_each_way_to_fail_opens_its_incident_and_raises_on(
    settings: Settings, webhook: HTTPServer, error: Exception, key: str
) -> None:
    with pytest.raises(type(error)), runs.watched(settings):
        raise error
    assert events(webhook) == [("opened", key)]


def test_who_interrupts_a_run_is_not_told_of_it(settings: Settings, webhook: HTTPServer) -> None:
    with pytest.raises(KeyboardInterrupt), runs.watched(settings):
        raise KeyboardInterrupt
    assert webhook.log == []


def test_a_failure_that_is_reported_after_a_later_success_is_old_news(
    settings: Settings, webhook: HTTPServer
) -> None:
    incidents.run_succeeded(settings, NOW)
    incidents.run_failed(settings, FAILED, NOW - timedelta(seconds=1))
    assert webhook.log == []


def test_a_success_that_is_reported_after_a_later_failure_closes_nothing(
    settings: Settings, webhook: HTTPServer
) -> None:
    incidents.run_failed(settings, FAILED, NOW)
    incidents.run_succeeded(settings, NOW - timedelta(seconds=1))
    assert events(webhook) == [("opened", "run_failed")]
    incidents.run_succeeded(settings, NOW + timedelta(seconds=1))
    assert events(webhook)[1:] == [("closed", "run_failed")]


def test_a_success_between_two_failures_closes_nothing_though_it_is_reported_last(
    settings: Settings, webhook: HTTPServer
) -> None:
    incidents.run_failed(settings, FAILED, NOW)
    incidents.run_failed(settings, FAILED, NOW + timedelta(seconds=2))
    incidents.run_failed(settings, FAILED, NOW + timedelta(seconds=1))
    incidents.run_succeeded(settings, NOW + timedelta(seconds=1, milliseconds=500))
    assert events(webhook) == [("opened", "run_failed")]
    incidents.run_succeeded(settings, NOW + timedelta(seconds=3))
    assert events(webhook)[1:] == [("closed", "run_failed")]


def test_a_state_of_an_earlier_version_goes_on(settings: Settings, webhook: HTTPServer) -> None:
    incidents.run_failed(settings, FAILED, NOW)
    kept = json.loads(state(settings))
    del kept["incidents"]["run_failed"]["latest"]
    incidents.state_file(settings.warehouse).write_text(json.dumps(kept))
    incidents.run_succeeded(settings, NOW - timedelta(seconds=1))
    assert events(webhook) == [("opened", "run_failed")]
    incidents.run_succeeded(settings, NOW + timedelta(seconds=1))
    assert events(webhook)[1:] == [("closed", "run_failed")]


def test_two_processes_at_once_send_one_message(settings: Settings, webhook: HTTPServer) -> None:
    script = """
import sys
from pathlib import Path
from orchestration.alerting import incidents
from orchestration.settings import Settings
settings = Settings.from_environment(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
incidents.run_failed(settings, incidents.of_run("OSError", "the disk is full"))
"""
    command = [sys.executable, "-c", script, str(settings.project_dir)]
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate() and process.returncode for process in both] == [0, 0]
    assert events(webhook) == [("opened", "run_failed")]


def test_incidents_are_kept_while_a_run_holds_the_working_file(
    settings: Settings, webhook: HTTPServer
) -> None:
    settings.warehouse.parent.mkdir()
    with another_process(HOLDS_A_DATABASE, settings.warehouse):
        incidents.run_failed(settings, FAILED)
        open_now = staleness.look(settings).open
    assert events(webhook) == [("opened", "run_failed")]
    assert list(open_now) == ["run_failed"]


def test_a_state_that_cannot_be_read_is_said_and_begun_anew(
    settings: Settings, webhook: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.warehouse.parent.mkdir()
    incidents.state_file(settings.warehouse).write_text("{half")
    end(settings, OSError("the disk is full"))
    assert "could not be read" in capsys.readouterr().err
    assert events(webhook) == [("opened", "run_failed")]


# --- servers that do not take it ------------------------------------------------------------------


def test_a_server_that_answers_500_is_tried_again_and_then_has_the_message(
    settings: Settings, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for status in (500, 503, 200):
        httpserver.expect_ordered_request(SECRET).respond_with_data("", status)
    monkeypatch.setenv(channels.WEBHOOK, httpserver.url_for(SECRET))
    assert incidents.run_failed(settings, FAILED).troubles == []
    assert [answer.status_code for _request, answer in httpserver.log] == [500, 503, 200]


def test_a_message_that_nobody_took_is_said_and_due_again(
    settings: Settings,
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for status in (500, 500, 500, 200):
        httpserver.expect_ordered_request(SECRET).respond_with_data("", status)
    monkeypatch.setenv(channels.WEBHOOK, httpserver.url_for(SECRET))
    end(settings, OSError("the disk is full"))
    assert "webhook was not told of run_failed (opened): the server answered 500" in (
        capsys.readouterr().err
    )
    end(settings, OSError("the disk is full"))
    end(settings, OSError("the disk is full"))
    assert [answer.status_code for _request, answer in httpserver.log] == [500, 500, 500, 200]


def test_a_server_that_refuses_is_not_asked_again(
    settings: Settings, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request(SECRET).respond_with_data("", 404)
    monkeypatch.setenv(channels.WEBHOOK, httpserver.url_for(SECRET))
    assert "answered 404" in incidents.run_failed(settings, FAILED).troubles[0]
    assert len(httpserver.log) == 1


def test_a_channel_that_fails_keeps_nothing_from_the_others(
    settings: Settings, webhook: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(channels.SLACK, webhook.url_for("/nobody/here"))
    monkeypatch.setenv(channels.EMAIL_TO, "ops@example.com")
    monkeypatch.setenv(channels.SMTP, "127.0.0.1:1")
    troubles = incidents.run_failed(settings, FAILED).troubles
    assert [trouble.split()[0] for trouble in troubles] == ["slack", "email"]
    assert json.loads(state(settings))["incidents"]["run_failed"]["told"] == ["webhook"]


def test_an_alert_that_cannot_be_sent_never_fails_the_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(channels.WEBHOOK, "correct horse")
    with runs.watched(settings):
        pass
    said = capsys.readouterr().err
    assert "LEAD_SCORING_ALERT_WEBHOOK: it is no address" in said
    assert "correct horse" not in said


# --- what is said ---------------------------------------------------------------------------------


def test_secrets_are_in_no_output_error_log_or_state(
    settings: Settings,
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request(SECRET).respond_with_data("", 400)
    url = httpserver.url_for(SECRET)
    monkeypatch.setenv(channels.WEBHOOK, url)
    monkeypatch.setenv(channels.SLACK, f"http://127.0.0.1:1{SECRET}")
    monkeypatch.setenv(channels.EMAIL_TO, "ops@example.com")
    monkeypatch.setenv(channels.SMTP, "127.0.0.1:1")
    monkeypatch.setenv(channels.SMTP_USER, "me")
    monkeypatch.setenv(channels.SMTP_PASSWORD, "battery-staple")
    end(settings, OSError(f"cannot post to {url} as battery-staple"))
    said = capsys.readouterr()
    # The server of this test writes its own log of requests.
    logged = [record for record in caplog.records if record.name != "werkzeug"]
    everything = said.out + said.err + state(settings)
    everything += "".join(record.getMessage() for record in logged)
    everything += repr(channels.from_environment()) + str(received(httpserver))
    assert "was not told" in everything
    assert SECRET not in everything
    assert "battery-staple" not in everything


def test_addresses_of_people_stay_here(settings: Settings, webhook: HTTPServer) -> None:
    end(settings, ValueError("cannot read 'jane.doe@granite.example' as a number"))
    assert "jane.doe" not in state(settings) + str(received(webhook))
    assert "'…@granite.example' as a number" in received(webhook)[0]["text"]


def test_hostile_text_is_plain_in_slack(
    settings: Settings, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request(SECRET).respond_with_data("ok")
    monkeypatch.setenv(channels.SLACK, httpserver.url_for(SECRET))
    end(settings, ValueError("<!channel> <https://bad.example|click> & \x1b[31m"))
    [body] = received(httpserver)
    assert "&lt;!channel&gt; &lt;https://bad.example|click&gt; &amp;" in body["text"]
    assert "\x1b" not in body["text"]
    assert body["mrkdwn"] is False


class Mailbox(Handler):
    """Keeps what arrives; knows nobody of `refused`."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list = []
        self.refused: tuple[str, ...] = ()

    async def handle_RCPT(
        self, _server: object, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        if address in self.refused:
            return "550 nobody of this name is here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def prepare_message(self, session: object, envelope: object) -> object:
        return message_from_bytes(envelope.content, policy=default)  # type: ignore[attr-defined]

    def handle_message(self, message: object) -> None:
        self.mails.append(message)


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that wants STARTTLS and a password."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def login(_server: object, _session: object, _envelope: object, _how: str, data: object):
        is_right = data == LoginPassword(b"me", b"battery-staple")
        return AuthResult(success=is_right, handled=False)

    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        authenticator=login,
        auth_required=True,
    )
    controller.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv(channels.EMAIL_TO, "ops@example.com, sales@example.com")
    monkeypatch.setenv(channels.SMTP, f"127.0.0.1:{port}")
    monkeypatch.setenv(channels.SMTP_STARTTLS, "yes")
    monkeypatch.setenv(channels.SMTP_USER, "me")
    monkeypatch.setenv(channels.SMTP_PASSWORD, "battery-staple")
    yield box
    controller.stop()


def test_a_mail_is_plain_text_and_no_text_becomes_a_header(
    settings: Settings, mailbox: Mailbox
) -> None:
    hostile = Incident("run_failed", "Bad\r\nBcc: thief@bad.example", "<b>one</b>\n.\nDATA")
    assert incidents.run_failed(settings, hostile).troubles == []
    [mail] = mailbox.mails
    assert mail["to"] == "ops@example.com, sales@example.com"
    assert mail["bcc"] is None
    assert mail["subject"].startswith("Lead scoring: Bad")
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines()[:3] == ["<b>one</b>", ".", "DATA"]


def test_an_address_that_is_refused_while_others_are_not_is_said_and_the_rest_told_once(
    settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.refused = ("sales@example.com",)
    [trouble] = incidents.run_failed(settings, FAILED).troubles
    assert "email told only some of run_failed (opened)" in trouble
    assert "address 2 of LEAD_SCORING_ALERT_EMAIL_TO (…@example.com): 550" in trouble
    assert incidents.run_failed(settings, FAILED).troubles == []
    assert len(mailbox.mails) == 1
    result = leadscore(settings, "--test")
    assert result.exit_code == 1
    assert "address 2 of LEAD_SCORING_ALERT_EMAIL_TO" in " ".join(result.stdout.split())


def test_a_mail_that_is_refused_for_every_address_is_due_again(
    settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.refused = ("ops@example.com", "sales@example.com")
    [trouble] = incidents.run_failed(settings, FAILED).troubles
    assert "email was not told of run_failed (opened)" in trouble
    assert "address 1 of LEAD_SCORING_ALERT_EMAIL_TO (…@example.com): 550" in trouble
    mailbox.refused = ()
    assert incidents.run_failed(settings, FAILED).troubles == []
    assert len(mailbox.mails) == 1


def test_a_wrong_password_is_said_by_number_and_tried_once(
    settings: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(channels.SMTP_PASSWORD, "wrong-staple")
    [trouble] = incidents.run_failed(settings, FAILED).troubles
    assert "the mail server answered 535" in trouble
    assert mailbox.mails == []


def test_a_mail_server_whose_certificate_nobody_vouches_for_gets_no_password(
    settings: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    [trouble] = incidents.run_failed(settings, FAILED).troubles
    assert "SSLCertVerificationError" in trouble
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (channels.WEBHOOK, "file:///etc/passwd"),
        (channels.SLACK, "hooks.example.com/x"),
        (channels.EMAIL_TO, "ops@example.com\nBcc: thief@bad.example"),
        (channels.EMAIL_FROM, "nobody"),
        (channels.SMTP, "mail.example.com:many"),
        (channels.SMTP_STARTTLS, "perhaps"),
    ],
)
def test_a_variable_that_means_nothing_is_named_without_its_value(
    variable: str, value: str
) -> None:
    environment = {channels.EMAIL_TO: "ops@example.com", variable: value}
    with pytest.raises(ConfigurationError) as raised:
        channels.from_environment(environment)
    assert variable in str(raised.value)
    assert value not in str(raised.value)


def test_a_password_never_travels_in_the_clear() -> None:
    environment = {
        channels.EMAIL_TO: "ops@example.com",
        channels.SMTP: "mail.example.com:25",
        channels.SMTP_USER: "me",
        channels.SMTP_PASSWORD: "battery-staple",
    }
    with pytest.raises(ConfigurationError, match="in the clear"):
        channels.from_environment(environment)


# --- staleness ------------------------------------------------------------------------------------


def landed(settings: Settings, source: str, at: datetime) -> None:
    """Write a file of a source into the ledger, as intake does."""
    with warehouse.opened(settings.warehouse) as connection:
        control.prepare(connection)
        intake.run_intake(connection, settings)
        connection.execute(
            "insert or replace into control.intake_files (source_system, source_table, file, path, "
            "modified_ns, file_key) values (?, 'leads', 'a.parquet', ?, ?, 1)",
            [source, f"/{source}/a.parquet", int(at.timestamp()) * 10**9],
        )


def published(settings: Settings, at: datetime, day: date | None = None) -> None:
    """A release of a moment, with scores of its day or of an earlier one."""
    release = settings.published / "releases" / "one"
    release.mkdir(parents=True, exist_ok=True)
    manifest = {"published_at": f"{at:%FT%TZ}", "score_date": str(day or at.date())}
    (release / "manifest.json").write_text(json.dumps(manifest))
    if not (settings.published / "current").exists():
        (settings.published / "current").symlink_to("releases/one")


def test_a_source_without_new_files_is_told_until_one_comes(
    settings: Settings, webhook: HTTPServer
) -> None:
    landed(settings, "custom", NOW - timedelta(hours=35))
    staleness.look(settings, NOW)
    assert webhook.log == []
    for _ in range(2):
        staleness.look(settings, NOW + timedelta(hours=2))
    landed(settings, "custom", NOW + timedelta(hours=2))
    staleness.look(settings, NOW + timedelta(hours=3))
    key = "stale_source:custom"
    assert events(webhook) == [("opened", key), ("closed", key)]
    assert "2026-11-22 01:00 UTC" in received(webhook)[0]["text"]


def test_a_source_that_is_switched_off_is_no_longer_an_incident(
    settings: Settings, webhook: HTTPServer
) -> None:
    both = replace(settings, sources=("custom", "hubspot"))
    landed(both, "custom", NOW)
    staleness.look(both, NOW)
    staleness.look(settings, NOW)
    assert events(webhook) == [
        ("opened", "stale_source:hubspot"),
        ("closed", "stale_source:hubspot"),
    ]


def test_an_old_release_is_told_until_there_is_a_new_one(
    settings: Settings, webhook: HTTPServer
) -> None:
    published(settings, NOW - timedelta(hours=37))
    for _ in range(2):
        staleness.look(settings, NOW)
    published(settings, NOW)
    staleness.look(settings, NOW)
    assert events(webhook) == [("opened", "stale_publish"), ("closed", "stale_publish")]


def test_scoring_earlier_days_again_does_not_make_old_scores_new(
    settings: Settings, webhook: HTTPServer
) -> None:
    published(settings, NOW, day=NOW.date() - timedelta(days=3))
    staleness.look(settings, NOW)
    assert events(webhook) == [("opened", "stale_publish")]
    assert f"with scores of {NOW.date() - timedelta(days=3)}" in received(webhook)[0]["text"]


def test_what_nobody_wants_to_know_is_off(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed(settings, "custom", NOW - timedelta(days=99))
    published(settings, NOW - timedelta(days=99))
    monkeypatch.setenv(staleness.PUBLISH_HOURS, "off")
    assert list(staleness.look(settings, NOW).open) == ["stale_source:custom"]
    monkeypatch.setenv(staleness.SOURCE_HOURS, "off")
    assert list(staleness.look(settings, NOW).open) == []


# --- the command ----------------------------------------------------------------------------------


def test_the_command_says_what_is_open_and_ends_with_1(settings: Settings) -> None:
    assert leadscore(settings).exit_code == 0
    incidents.run_failed(settings, FAILED)
    result = leadscore(settings)
    assert result.exit_code == 1
    assert "run_failed" in result.stdout
    assert "the disk is full" in result.stdout
    assert list(json.loads(leadscore(settings, "--json").stdout)["open"]) == ["run_failed"]


def test_a_test_message_goes_to_every_channel_and_opens_nothing(
    settings: Settings, webhook: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(channels.SLACK, webhook.url_for(SECRET))
    assert leadscore(settings, "--test").exit_code == 0
    assert [body.get("event", "slack") for body in received(webhook)] == ["test", "slack"]
    assert leadscore(settings).exit_code == 0
    monkeypatch.setenv(channels.SLACK, webhook.url_for("/nobody/here"))
    result = leadscore(settings, "--test")
    assert result.exit_code == 1
    assert "slack: the server answered 500" in result.stdout


@pytest.mark.parametrize(
    ("variable", "arguments"), [(channels.WEBHOOK, ["--test"]), (staleness.SOURCE_HOURS, [])]
)
def test_configuration_that_cannot_be_used_ends_the_command_with_2(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, variable: str, arguments: list[str]
) -> None:
    monkeypatch.setenv(variable, "soon")
    assert leadscore(settings, *arguments).exit_code == 2


def test_leadscore_score_that_fails_is_told(settings: Settings, webhook: HTTPServer) -> None:
    arguments = ["score", "--date", "soon", "--project-dir", str(settings.project_dir)]
    assert CliRunner().invoke(app, arguments).exit_code == 2
    assert events(webhook) == [("opened", "run_failed")]


# --- Dagster --------------------------------------------------------------------------------------


def job(error: Exception | None) -> dg.JobDefinition:
    @dg.op
    def work() -> None:
        if error:
            raise error

    @dg.job(name="score_leads")
    def score_leads() -> None:
        work()

    return score_leads


def dagster_run(settings: Settings, error: Exception | None) -> None:
    """Run a job in Dagster and let the sensors look at how it ended."""
    work = job(error)
    failed, succeeded = sensors.build_run_sensors(settings, [work])
    with dg.DagsterInstance.ephemeral() as instance:
        result = work.execute_in_process(instance=instance, raise_on_error=False)
        last = result.get_run_failure_event() if error else result.get_run_success_event()
        context = dg.build_run_status_sensor_context(
            sensor_name="any",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=last,
        )
        if error:
            failed(context.for_run_failure())
        else:
            succeeded(context)


def test_runs_of_dagster_open_and_close_the_same_incidents(
    settings: Settings, webhook: HTTPServer
) -> None:
    for _ in range(2):
        dagster_run(settings, BLOCKED)
    end(settings, BLOCKED)
    dagster_run(settings, None)
    assert events(webhook) == [("opened", "checks_blocked"), ("closed", "checks_blocked")]
    assert received(webhook)[0]["text"] == "volume: too few rows"


def test_a_sensor_of_dagster_looks_for_what_is_stale(
    settings: Settings, webhook: HTTPServer
) -> None:
    published(settings, NOW - timedelta(days=9999))
    skipped = sensors.build_staleness(settings)(dg.build_sensor_context())
    assert isinstance(skipped, dg.SkipReason)
    assert skipped.skip_message == "Open: stale_publish."
    assert events(webhook) == [("opened", "stale_publish")]


def test_the_state_is_readable_by_its_owners_group_at_most(settings: Settings) -> None:
    mask = os.umask(0)
    try:
        incidents.run_failed(settings, FAILED)
    finally:
        os.umask(mask)
    for path in settings.warehouse.parent.iterdir():
        assert path.stat().st_mode & 0o137 == 0, path
