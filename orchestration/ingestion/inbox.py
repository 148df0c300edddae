"""CSV and JSON Lines files that people drop become landed Parquet files, each exactly once.

    inbox/<source>/<table>/<name>  ->  <source>/<table>/inbox/<content hash>-<name>.parquet
                                       and the original to inbox/archive or inbox/quarantine

The landed file is named by the content of the dropped one and appears by one rename. Only then is
the original moved. Whoever dies in between leaves an original whose landed file is found by its
hash: it is moved and not landed again. Names are only ever names: no symbolic link is followed, and
neither a name nor text enters SQL or a shell.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import warehouse
from orchestration.errors import unusable
from orchestration.ingestion import landed_inbox
from orchestration.ingestion.contracts import SOURCES
from orchestration.ingestion.text_files import TextFile, Unreadable, kind_of, shown

if TYPE_CHECKING:
    import duckdb

    from orchestration.settings import Settings

INBOX, ARCHIVE, QUARANTINE = "inbox", "archive", "quarantine"
SETTLED_SECONDS = 3.0
"""A file that was modified more recently than this may still be written to."""

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", "~")
_IGNORED = {".gitkeep", ".keep", ".DS_Store"}
_TEMPORARY = ".taking-"
_HASH, _SHORT_HASH = 32, 16
_TOLD = 20


@dataclass
class Taken:
    """What became of the inbox: numbers of files, and what a person should know."""

    landed: int = 0
    repeated: int = 0
    quarantined: int = 0
    waiting: int = 0
    messages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Dropped:
    """A file in the inbox; `name` is its path below the folder of its table."""

    source: str
    table: str
    path: Path
    name: str

    @property
    def place(self) -> str:
        """How messages call it."""
        return shown(f"{INBOX}/{self.source}/{self.table}/{self.name}")


@dataclass(frozen=True)
class QuarantinedFile:
    """A file that could not be read. `file` is its path below the landing folder, for people."""

    source: str
    table: str
    path: Path
    file: str
    name: str
    reason: str
    quarantined_at: str


class _NotYet(Exception):
    """The file is left where it is; the message says why."""


def reached(step: str) -> None:
    """Nothing. Called between the steps that change files: tests stop a run here."""


def take_in(settings: Settings) -> Taken:
    """Land every file of the inbox that can be read, put the others aside, and tell of both.

    Raises ConfigurationError where a folder of the inbox is a symbolic link that would lead out.
    """
    taken = Taken()
    root = settings.landing / INBOX
    if not root.is_dir():
        return taken
    with exclusive(root) as is_ours:
        if not is_ours:
            taken.messages.append("The inbox is being read by another run: its files wait.")
            return taken
        arrival = datetime.now(UTC)
        for dropped in sorted(_dropped(settings, taken.messages), key=lambda d: (d.place, d.name)):
            try:
                _take(settings, dropped, arrival, taken)
            except _NotYet as reason:
                taken.waiting += 1
                taken.messages.append(f"{dropped.place}: {reason}")
            except OSError as error:
                taken.waiting += 1
                taken.messages.append(
                    f"{dropped.place}: cannot be taken in ({error.strerror}): it waits for the "
                    "next run."
                )
    if len(taken.messages) > _TOLD:
        left = len(taken.messages) - _TOLD
        taken.messages[_TOLD:] = [f"{INBOX}: {left} more messages like these."]
    if aside := len(quarantined_files(settings)):
        taken.messages.append(
            f"{INBOX}: {aside} files are in quarantine: leadscore quarantine list says why."
        )
    return taken


def waiting(settings: Settings) -> list[str]:
    """What to know of the inbox without touching it."""
    messages: list[str] = []
    count = sum(1 for _ in _dropped(settings, messages))
    if count:
        messages.insert(0, f"{INBOX}: {count} files wait; the next leadscore score takes them in.")
    return messages


def quarantined_files(settings: Settings) -> list[QuarantinedFile]:
    """The files that were put aside, in the order of their names."""
    found = []
    for source, table, folder in _tables(settings.landing / INBOX / QUARANTINE):
        for path in _walk(folder, folder, []):
            parts = path.relative_to(folder).parts
            if len(parts) < 3:  # a note, or something that was not put aside by us
                continue
            day, digest, *rest = parts
            note = _read_note(folder / day / f"{digest}.json")
            found.append(
                QuarantinedFile(
                    source,
                    table,
                    path,
                    shown(path.relative_to(settings.landing).as_posix()),
                    str(Path(*rest)),
                    str(note.get("reason") or "the note that says why is missing"),
                    str(note.get("quarantined_at") or day),
                )
            )
    return sorted(found, key=lambda f: f.file)


def note_quarantined_files(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Have `control.intake_quarantine` say what lies in the inbox's quarantine now."""
    place = f"{INBOX}/{QUARANTINE}/"
    connection.execute(
        "delete from control.intake_quarantine where is_whole_file and starts_with(file, ?)",
        [place],
    )
    for file in quarantined_files(settings):
        connection.execute(
            "insert into control.intake_quarantine values (?, ?, ?, ?, null, ?, true)",
            [file.source, file.table, file.file, file.reason, file.file],
        )


def put_back(settings: Settings, file: QuarantinedFile) -> Path:
    """Move a quarantined file into the inbox, under another name where its own is taken."""
    target = _free(settings.landing / INBOX / file.source / file.table / Path(file.name).name)
    make_folders(settings.landing, target.parent)
    os.rename(file.path, target)
    reached("put back")
    sync_folder(target.parent)
    folder = file.path.parent
    with contextlib.suppress(OSError):  # another file of that content is there still
        folder.rmdir()
        folder.with_name(f"{folder.name}.json").unlink(missing_ok=True)
        folder.parent.rmdir()
    return target


def put_in(settings: Settings, source: str, table: str, content: bytes, name: str) -> Path:
    """Write a file into the inbox as a whole or not at all."""
    folder = settings.landing / INBOX / source / table
    make_folders(settings.landing, folder)
    target = folder / name
    temporary = folder / f"{_TEMPORARY}{name}.tmp"
    write_whole(temporary, target, content)
    return target


@contextlib.contextmanager
def exclusive(root: Path) -> Iterator[bool]:
    """Be the only one who moves files of this inbox; False when another process is."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def make_folders(base: Path, folder: Path) -> None:
    """Create `folder` below `base` for owner and group; raises where a link would lead out."""
    place = base
    for part in folder.relative_to(base).parts:
        place = place / part
        is_in_inbox = INBOX in place.relative_to(base).parts[:-1]
        if place.is_symlink() and is_in_inbox:
            raise unusable(
                shown(str(place)),
                "is a symbolic link, and files of the inbox do not leave it",
                "Put a folder in its place",
            )
        place.mkdir(mode=warehouse.FOLDER_MODE, exist_ok=True)


def write_whole(temporary: Path, target: Path, content: bytes) -> None:
    """Write `target` as a whole or not at all, readable by owner and group."""
    with _created(temporary) as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    os.rename(temporary, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk know the names in a folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _take(settings: Settings, dropped: Dropped, arrival: datetime, taken: Taken) -> None:
    with _opened(dropped.path) as (handle, before):
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
        reached("hashed")
        folder = settings.landing / dropped.source / dropped.table / landed_inbox.FOLDER
        landed = _landed(folder, digest)
        try:
            if landed is None:
                handle.seek(0)
                _land(settings, dropped, arrival, digest, folder, handle, before)
                taken.landed += 1
        except Unreadable as error:
            _unchanged(handle, before)
            _put_aside(settings, dropped, arrival, digest, before, str(error))
            taken.quarantined += 1
            taken.messages.append(f"{dropped.place}: quarantined, {error}.")
            return
        if landed is not None:
            taken.repeated += 1
            taken.messages.append(
                f"{dropped.place}: this content was taken in before, as {landed.name}; "
                "it does not count again."
            )
        place = settings.landing / INBOX / ARCHIVE / dropped.source / dropped.table
        target = place / f"{arrival:%Y-%m-%d}" / digest[:_SHORT_HASH] / dropped.path.name
        _move(settings, dropped.path, target, before)
        reached("archived")


def _land(
    settings: Settings,
    dropped: Dropped,
    arrival: datetime,
    digest: str,
    folder: Path,
    handle: Any,
    before: os.stat_result,
) -> None:
    """Write the landed file under a temporary name, to disk, and give it its name."""
    known = kind_of(dropped.path.name)
    if known is None:
        raise Unreadable(_not_ours(dropped))
    kind, is_compressed = known
    source = TextFile(kind, SOURCES[dropped.source][dropped.table], handle, is_compressed)
    make_folders(settings.landing, folder)
    for left in folder.glob(f"{_TEMPORARY}*"):
        left.unlink()
    temporary = folder / f"{_TEMPORARY}{digest[:_HASH]}.tmp"
    moment = f"{arrival:%Y%m%dT%H%M%S}.{arrival.microsecond // 1000:03d}Z"
    try:
        with _created(temporary) as target:
            name = f"{landed_inbox.FOLDER}/{moment}/{shown(dropped.name)}"
            landed_inbox.write(source, target, name, digest)
            target.flush()
            os.fsync(target.fileno())
        _unchanged(handle, before)
        reached("written")
        os.rename(temporary, folder / f"{digest[:_HASH]}-{_plain(dropped.path.name)}.parquet")
        reached("landed")
        sync_folder(folder)
    except Exception:
        temporary.unlink(missing_ok=True)
        raise


def _put_aside(
    settings: Settings,
    dropped: Dropped,
    arrival: datetime,
    digest: str,
    before: os.stat_result,
    reason: str,
) -> None:
    """Move a file that cannot be read into quarantine, beside a note that says why."""
    place = settings.landing / INBOX / QUARANTINE / dropped.source / dropped.table
    short = digest[:_SHORT_HASH]
    days = sorted(path.parent for path in place.glob(f"*/{short}") if path.is_dir())
    day = days[0] if days else place / f"{arrival:%Y-%m-%d}"
    make_folders(settings.landing, day)
    note = {
        "file": dropped.place,
        "reason": reason,
        "sha256": digest,
        "quarantined_at": f"{arrival:%Y-%m-%dT%H:%M:%SZ}",
    }
    text = json.dumps(note, ensure_ascii=False, indent=2) + "\n"
    write_whole(day / f".{short}.tmp", day / f"{short}.json", text.encode())
    reached("noted")
    target = day / short / dropped.path.name
    if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() != digest:
        target = _free(target)  # somebody has begun to mend the other one
    _move(settings, dropped.path, target, before)
    reached("quarantined")


def _move(settings: Settings, path: Path, target: Path, before: os.stat_result) -> None:
    """Move what was read, and nothing else that has come in its place meanwhile."""
    make_folders(settings.landing, target.parent)
    reached("moving")
    try:
        os.rename(path, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise _NotYet(f"cannot be moved ({error.strerror}): it stays") from error
        temporary = target.with_name(f"{_TEMPORARY}{target.name[:100]}.tmp")
        shutil.copy2(path, temporary, follow_symlinks=False)
        os.rename(temporary, target)
        sync_folder(target.parent)
        path.unlink()
        before = target.lstat()
    reached("moved")
    if not _same(target.lstat(), before):
        os.rename(target, _free(path))
        raise _NotYet("changed while it was read: it waits for the next run")
    warehouse.restrict(target)
    sync_folder(target.parent)
    sync_folder(path.parent)


def _dropped(settings: Settings, messages: list[str]) -> Iterator[Dropped]:
    """Files that can be taken in now; `messages` tells of everything else that lies there."""
    root = settings.landing / INBOX
    for source_entry in _entries(root):
        if source_entry.name in (ARCHIVE, QUARANTINE):
            continue
        if not _is_folder(source_entry, messages, INBOX, "<source>/<table>"):
            continue
        place = shown(f"{INBOX}/{source_entry.name}")
        tables = SOURCES.get(source_entry.name)
        if tables is None:
            if number := _number(source_entry):
                messages.append(
                    f"{place}: {number} files wait, because {shown(source_entry.name)!r} is not a "
                    f"source of this project. {_meant(source_entry.name, SOURCES)}"
                )
            continue
        for entry in _entries(Path(source_entry.path)):
            if not _is_folder(entry, messages, place, "<table>"):
                continue
            if entry.name not in tables:
                if number := _number(entry):
                    messages.append(
                        f"{shown(f'{place}/{entry.name}')}: {number} files wait, because "
                        f"{source_entry.name} has no table {shown(entry.name)!r}. "
                        f"{_meant(entry.name, tables)}"
                    )
            elif source_entry.name not in settings.sources:
                if number := _number(entry):
                    messages.append(
                        f"{place}/{entry.name}: {number} files wait, because source "
                        f"{source_entry.name} is off: add it to LEAD_SCORING_SOURCES to read it."
                    )
            else:
                folder = Path(entry.path)
                for path in _walk(folder, folder, messages):
                    name = path.relative_to(folder).as_posix()
                    dropped = Dropped(source_entry.name, entry.name, path, name)
                    if reason := _unfinished(path):
                        messages.append(f"{dropped.place}: {reason}")
                    else:
                        yield dropped


def _tables(root: Path) -> Iterator[tuple[str, str, Path]]:
    """The folders of known tables below one of ours, links left out."""
    if root.is_symlink():
        return
    for source, tables in SOURCES.items():
        for table in tables:
            folder = root / source / table
            if folder.is_dir() and not folder.is_symlink() and not folder.parent.is_symlink():
                yield source, table, folder


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)
    return []


def _walk(top: Path, folder: Path, messages: list[str]) -> Iterator[Path]:
    """Plain files at any depth. Links and devices are told of and not touched."""
    for entry in _entries(folder):
        path = Path(entry.path)
        place = shown(f"{INBOX}/{top.parent.name}/{top.name}/{path.relative_to(top).as_posix()}")
        if entry.is_symlink():
            messages.append(f"{place}: a symbolic link is not followed: put the file itself there.")
        elif entry.is_dir():
            yield from _walk(top, path, messages)
        elif not entry.is_file():
            messages.append(f"{place}: is no plain file and is not read.")
        elif entry.name not in _IGNORED and not entry.name.startswith(_TEMPORARY):
            yield path


def _is_folder(entry: os.DirEntry[str], messages: list[str], place: str, below: str) -> bool:
    if entry.is_dir(follow_symlinks=False):
        return True
    where = shown(f"{place}/{entry.name}")
    if entry.is_symlink():
        messages.append(f"{where}: a symbolic link is not followed: put a folder there.")
    elif entry.name not in _IGNORED:
        messages.append(f"{where}: is not read here: put it into {place}/{below}/.")
    return False


def _number(entry: os.DirEntry[str]) -> int:
    folder = Path(entry.path)
    return sum(1 for _ in _walk(folder, folder, []))


def _meant(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."


def _unfinished(path: Path) -> str | None:
    name = path.name.lower()
    if name.startswith(".") or name.endswith(_UNFINISHED):
        return "by its name it is still being written: it waits until it has its own name."
    try:
        age = time.time() - path.lstat().st_mtime
    except OSError:
        return "is gone again."
    if abs(age) < SETTLED_SECONDS:
        return "was modified a moment ago and may still be written to: it waits for the next run."
    return None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, os.stat_result]]:
    """The file itself, never what a link leads to."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _NotYet(f"cannot be opened ({error.strerror}): it stays.") from error
    with os.fdopen(number, "rb") as handle:
        before = os.fstat(number)
        if not stat.S_ISREG(before.st_mode):
            raise _NotYet("is no plain file: it stays.")
        yield handle, before


def _created(path: Path) -> Any:
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, warehouse.FILE_MODE), "wb")


def _unchanged(handle: Any, before: os.stat_result) -> None:
    if not _same(os.fstat(handle.fileno()), before):
        raise _NotYet("changed while it was read: it waits for the next run.")


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_ino, one.st_size, one.st_mtime_ns) == (
        other.st_ino,
        other.st_size,
        other.st_mtime_ns,
    )


def _landed(folder: Path, digest: str) -> Path | None:
    """The landed file of this content, whatever the file was called when it was dropped."""
    return next(iter(sorted(folder.glob(f"{digest[:_HASH]}-*.parquet"))), None)


def _plain(name: str) -> str:
    """What is left of a name in letters, digits and marks that mean nothing anywhere."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".-")[:80] or "file"


def _free(path: Path) -> Path:
    """A path that is not taken: the given one, or the same with a number in front of its ending."""
    number, candidate = 1, path
    while os.path.lexists(candidate):
        number += 1
        stem, dot, ending = path.name.partition(".")
        candidate = path.with_name(f"{stem}-{number}{dot}{ending}")
    return candidate


def _not_ours(dropped: Dropped) -> str:
    lower = dropped.name.lower()
    if lower.endswith(".parquet"):
        return f"Parquet files belong into {dropped.source}/{dropped.table}/ of the landing folder"
    if lower.endswith((".json", ".json.gz")):
        return "a file with one JSON object a line has a name that ends in .jsonl"
    return "it is neither CSV (.csv, .csv.gz) nor JSON Lines (.jsonl, .ndjson, .jsonl.gz)"


def _read_note(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
