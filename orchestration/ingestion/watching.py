"""What lies in the landing folder, as far as a watcher needs to know it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from orchestration.ingestion.inbox import ARCHIVE, INBOX, QUARANTINE


@dataclass(frozen=True)
class Landed:
    """`files` and `dropped` change when a file comes, goes or changes; `newest` is when one did.

    `dropped` is of what waits in the inbox, `files` of all else; empty where there is none.
    `newest` is in seconds since 1970, by the clock of the file system; 0 for an empty folder.
    """

    files: str
    dropped: str
    newest: float

    def is_still(self, files: str | None, dropped: str | None) -> bool:
        """Whether this is what was seen before; that the inbox was emptied since is no news."""
        return self.files == files and self.dropped in ("", dropped)


def look(landing: Path) -> Landed:
    """Look at names, sizes and times of files; nothing is opened.

    What the inbox itself wrote is left out: a run that takes dropped files in must not be the
    reason for another one.
    """
    files, dropped, newest = "", "", 0.0
    for place, folders, names in os.walk(landing):
        here = Path(place).relative_to(landing).parts
        folders[:] = sorted(name for name in folders if not _is_own((*here, name)))
        for name in sorted(names):
            try:
                stat = os.stat(os.path.join(place, name))
            except FileNotFoundError:
                continue
            newest = max(newest, stat.st_mtime)
            file = f"{(*here, name)!r} {stat.st_size} {stat.st_mtime_ns}"
            if here[:1] == (INBOX,):
                dropped = _digest(dropped, file)
            else:
                files = _digest(files, file)
    return Landed(files, dropped, newest)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _is_own(parts: tuple[str, ...]) -> bool:
    is_of_inbox = parts[0] == INBOX and len(parts) > 1 and parts[1] in (ARCHIVE, QUARANTINE)
    was_landed_by_it = parts[0] != INBOX and len(parts) > 2 and parts[2] == INBOX
    return parts[-1].startswith(".") or is_of_inbox or was_landed_by_it
