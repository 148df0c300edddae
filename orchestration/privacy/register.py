"""Who was erased: keyed hashes of ids and addresses, so that a row that comes again is known.

The hashes (HMAC-SHA256, RFC 2104) tell nothing to those who do not have the key. Both lie beside
the working file and outlive it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from orchestration import warehouse
from orchestration.errors import unusable
from orchestration.ingestion.inbox import sync_folder
from orchestration.privacy.people import People
from orchestration.settings import Settings

KEY = "LEAD_SCORING_ERASURE_KEY"
_SHORTEST_KEY = 16
_PROBE = "which key"


def file_of(settings: Settings) -> Path:
    """The file that holds the hashes."""
    return settings.warehouse.with_name(settings.warehouse.name + ".erased.jsonl")


class Register:
    """The hashes of one working file's erased people."""

    def __init__(self, settings: Settings) -> None:
        self._file = file_of(settings)
        self._key_file = settings.warehouse.with_name(settings.warehouse.name + ".erasure-key")
        self._since = self._read()

    def __bool__(self) -> bool:
        return bool(self._since)

    @property
    def state(self) -> str:
        """A digest of who is in it: another one after somebody was added, or a file put back."""
        return hashlib.sha256("".join(sorted(self._since)).encode()).hexdigest()

    def known(self, values: Iterable[tuple[str, str | None]]) -> set[tuple[str, str]]:
        """Return those pairs of kind and value that were erased."""
        key = self._key()
        return {
            (kind, value)
            for kind, value in values
            if value and _hash(key, kind, value) in self._since
        }

    def add(self, people: People) -> bool:
        """Remember people; whether any of them was not known yet."""
        key = self._key()
        before = len(self._since)
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        for kind, value in people.values():
            self._since.setdefault(_hash(key, kind, value), now)
        # Whoever looks whether anything changed goes by the file's time.
        if len(self._since) == before and self._file.is_file():
            return False
        lines = [json.dumps({"key": _hash(key, "", _PROBE)})]
        lines += [json.dumps({"hash": h, "since": s}) for h, s in sorted(self._since.items())]
        write_private(self._file, "\n".join(lines) + "\n")
        return len(self._since) > before

    def _read(self) -> dict[str, str]:
        if not self._file.is_file():
            return {}
        try:
            head, *rows = [json.loads(line) for line in self._file.read_text().splitlines()]
            since = {row["hash"]: row["since"] for row in rows}
            probe = head["key"]
        except (OSError, ValueError, KeyError, TypeError):
            raise unusable(
                str(self._file),
                "the hashes of erased people cannot be read",
                "Bring the file back from a backup: without it they would be scored again",
            ) from None
        if probe != _hash(self._key(may_make=False), "", _PROBE):
            raise unusable(
                KEY,
                f"the hashes in {self._file.name} were made with another key",
                f"Set the key that was used, or bring {self._key_file.name} back from a backup",
            )
        return since

    def _key(self, may_make: bool = True) -> bytes:
        given = os.environ.get(KEY, "").strip()
        if given:
            if len(given) < _SHORTEST_KEY:
                raise unusable(
                    KEY, f"it has fewer than {_SHORTEST_KEY} characters", "Use a random text"
                )
            return given.encode()
        if self._key_file.is_file():
            return self._key_file.read_bytes().strip()
        if not may_make:
            raise unusable(
                str(self._key_file),
                "the key of the hashes of erased people is missing",
                f"Bring it back from a backup, or set {KEY}",
            )
        write_private(self._key_file, secrets.token_hex(32) + "\n")
        return self._key_file.read_bytes().strip()


def _hash(key: bytes, kind: str, value: str) -> str:
    return hmac.digest(key, f"{kind}:{value}".encode(), "sha256").hex()


def write_private(file: Path, text: str) -> None:
    """Write a file as a whole or not at all, for nobody but its owner."""
    warehouse.make_folder(file.parent)
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.unlink(missing_ok=True)
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    os.rename(temporary, file)
    sync_folder(file.parent)
