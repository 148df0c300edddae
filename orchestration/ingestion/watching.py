"""What lies in the landing folder, as far as a watcher needs to know it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from orchestration.ingestion.inbox import ARCHIVE, INBOX, QUARANTINE


@dataclass(frozen=True)
class Landed:
    """`digest` changes when a file comes, goes or changes; `newest` is when the last one did.

    `newest` is in seconds since 1970, by the clock of the file system; 0 for an empty folder.
    """

    digest: str
    newest: float


def look(landing: Path) -> Landed:
    """Look at names, sizes and times of files; nothing is opened.

    What the inbox itself wrote is left out: a run that takes dropped files in must not be the
    reason for another one.
    """
    digest, newest = hashlib.sha256(), 0.0
    for place, folders, files in os.walk(landing):
        here = Path(place).relative_to(landing).parts
        folders[:] = sorted(name for name in folders if not _is_own((*here, name)))
        for name in sorted(files):
            try:
                stat = os.stat(os.path.join(place, name))
            except FileNotFoundError:
                continue
            newest = max(newest, stat.st_mtime)
            digest.update(f"{(*here, name)!r} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return Landed(digest.hexdigest(), newest)


def _is_own(parts: tuple[str, ...]) -> bool:
    is_of_inbox = parts[0] == INBOX and len(parts) > 1 and parts[1] in (ARCHIVE, QUARANTINE)
    was_landed_by_it = parts[0] != INBOX and len(parts) > 2 and parts[2] == INBOX
    return parts[-1].startswith(".") or is_of_inbox or was_landed_by_it
