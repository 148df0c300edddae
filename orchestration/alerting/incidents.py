"""Incidents: opened once, told once, closed once, told once.

The state is a JSON file beside the working file, so that it can be read and written while a run
holds that. Each channel has its own notes of what it was told: a message that a channel did not
take is due again the next time, for that channel alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orchestration import warehouse
from orchestration.alerting import channels
from orchestration.alerting.channels import Message, NotDelivered
from orchestration.errors import unusable
from orchestration.settings import Settings

RUN_FAILED, CHECKS_BLOCKED, NOT_COPIED = "run_failed", "checks_blocked", "not_copied"
OF_RUNS = (RUN_FAILED, CHECKS_BLOCKED, NOT_COPIED)

_RUNS = {
    "BlockedByCheck": (CHECKS_BLOCKED, "A check stopped the run; nothing was published"),
    "NotCopied": (NOT_COPIED, "Published, but not copied to PostgreSQL"),
}
OUR_ERRORS = frozenset(_RUNS)
"""Classes of errors that open an incident of their own; all others are a run that failed."""

_LINES, _LINE = 12, 300
_EMAIL = re.compile(r"[^\s@'\"(<]+@(?=[^\s@]+\.)")


@dataclass(frozen=True)
class Incident:
    """Something that a person should look at. `key` says whether two are the same."""

    key: str
    title: str
    text: str


@dataclass
class Entry:
    """An incident in the state; `told` are the channels that believe it to be open.

    `since` is when it opened, `latest` when the same last happened; no notes of earlier versions
    have that.
    """

    title: str
    text: str
    since: str
    over: str | None = None
    told: list[str] = field(default_factory=list)
    latest: str = ""


@dataclass
class State:
    """What is kept. `last_success` is when a run last ended well."""

    last_success: str = ""
    incidents: dict[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What is open now, by key, and what could not be done, each as a sentence."""

    open: dict[str, Entry]
    troubles: list[str]


def of_run(error_class: str, text: str) -> Incident:
    """Return the incident of a run that ended with an error of this class."""
    key, title = _RUNS.get(error_class, (RUN_FAILED, "A run failed"))
    return Incident(key, title, text)


def run_failed(settings: Settings, incident: Incident, at: datetime | None = None) -> Outcome:
    """Open the incident of a run. One that ended (`at`) before the last success is old news."""

    def change(state: State) -> None:
        if at is None or at.isoformat() > state.last_success:
            _open(state, incident, _moment(at))

    return _update(settings, change)


def run_succeeded(settings: Settings, at: datetime | None = None) -> Outcome:
    """Close the incidents of runs, but not those of which a run ended later than `at`."""

    def change(state: State) -> None:
        state.last_success = max(state.last_success, _moment(at)) if at else _moment()
        for key in OF_RUNS:
            entry = state.incidents.get(key)
            if entry and (at is None or max(entry.since, entry.latest) <= at.isoformat()):
                _close(state, key)

    return _update(settings, change)


def looked(
    settings: Settings, found: Sequence[Incident], is_looked_at: Callable[[str], bool]
) -> Outcome:
    """Open what a look has found, and close what it has looked at and not found."""

    def change(state: State) -> None:
        for incident in found:
            _open(state, incident, _moment())
        for key in state.incidents.keys() - {incident.key for incident in found}:
            if is_looked_at(key):
                _close(state, key)

    return _update(settings, change)


def test(settings: Settings) -> dict[str, str]:
    """Send a message to every channel; return what each said, empty where it took it."""
    now = _moment()
    message = Message("test", "test", "alerts arrive here", f"From {settings.warehouse}.", now, now)
    said = {}
    sending = channels.from_environment()
    if not sending:
        raise unusable(channels.WEBHOOK, "no channel is named", "docs/alerts.md has the variables")
    for channel in sending:
        try:
            said[channel.name] = channels.deliver(channel, message)
        except NotDelivered as error:
            said[channel.name] = str(error)
    return said


def state_file(working_file: Path) -> Path:
    """Return where the state is kept."""
    return working_file.with_name(working_file.name + ".alerts.json")


def _update(settings: Settings, change: Callable[[State], None]) -> Outcome:
    path = state_file(settings.warehouse)
    with _locked(path):
        state, troubles = _read(path)
        before = asdict(state)
        change(state)
        if asdict(state) != before:
            _write(path, state)
        troubles += _tell(path, state)
    return Outcome({key: one for key, one in state.incidents.items() if not one.over}, troubles)


def _open(state: State, incident: Incident, now: str) -> None:
    entry = state.incidents.get(incident.key)
    if entry is None:
        lines = [_clean(line) for line in incident.text.splitlines() if line.strip()]
        text = "\n".join(lines[:_LINES])
        state.incidents[incident.key] = Entry(_clean(incident.title), text, now, latest=now)
    else:
        entry.over = None
        entry.latest = max(entry.latest, now)


def _close(state: State, key: str) -> None:
    entry = state.incidents[key]
    entry.over = entry.over or _moment()


def _tell(path: Path, state: State) -> list[str]:
    """Send what is due, and keep a note of each message before the next one."""
    troubles = []
    sending = channels.from_environment()
    for key, entry in list(state.incidents.items()):
        for channel in sending:
            was_told = channel.name in entry.told
            if was_told == (entry.over is None):
                continue
            event = "closed" if entry.over else "opened"
            now = _moment()
            try:
                left_out = channels.deliver(
                    channel, Message(event, key, entry.title, entry.text, entry.since, now)
                )
            except NotDelivered as error:
                troubles.append(
                    f"{channel.name} was not told of {key} ({event}): {error}. "
                    "It is tried again with the next run or look."
                )
                continue
            if left_out:
                troubles.append(f"{channel.name} told only some of {key} ({event}): {left_out}.")
            (entry.told.remove if was_told else entry.told.append)(channel.name)
            _write(path, state)
        if entry.over and not {channel.name for channel in sending} & set(entry.told):
            del state.incidents[key]
            _write(path, state)
    return troubles


def _clean(line: str) -> str:
    """One short line that can be shown anywhere: no control characters, secrets or addresses."""
    for secret in channels.secrets():
        line = line.replace(secret, "…")
    line = "".join(sign if sign.isprintable() else " " for sign in line)
    return _EMAIL.sub("…@", line)[:_LINE].strip()


def _moment(at: datetime | None = None) -> str:
    return (at or datetime.now(UTC)).isoformat()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    warehouse.make_folder(path.parent)
    lock = path.with_suffix(".lock")
    with open(lock, "a", encoding="utf-8") as handle:
        warehouse.restrict(lock)
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> tuple[State, list[str]]:
    if not path.exists():
        return State(), []
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        entries = {key: Entry(**entry) for key, entry in kept["incidents"].items()}
        return State(kept["last_success"], entries), []
    except (ValueError, TypeError, KeyError, AttributeError):
        return State(), [f"{path} could not be read and is begun anew; incidents are told again."]


def _write(path: Path, state: State) -> None:
    beside = path.with_suffix(".writing")
    with open(beside, "w", encoding="utf-8") as handle:
        json.dump(asdict(state), handle, ensure_ascii=False, indent=2)
        handle.flush()
        os.fsync(handle.fileno())
    warehouse.restrict(beside)
    os.replace(beside, path)
