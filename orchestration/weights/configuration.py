"""A JSON document that is read piece by piece; each piece knows its place for messages."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.errors import ConfigurationError, unusable

_NAMES = {str: "text", bool: "true or false", float: "a number", list: "a list", dict: "an object"}


@dataclass(frozen=True)
class Piece:
    """A value of a JSON document. `pointer` is its place after RFC 6901, such as /groups/0/name."""

    file: str
    pointer: str
    value: Any

    def __getitem__(self, name: str) -> Piece:
        """A member that must be there."""
        if name not in self._as(dict):
            raise self.wrong(f"{name} is missing", f"Add {name}, as HubSpot's specification says")
        return self._child(name)

    def get(self, name: str) -> Piece | None:
        """A member that may be missing or null."""
        return self._child(name) if self._as(dict).get(name) is not None else None

    def items(self) -> Iterator[Piece]:
        """The elements of a list, in order."""
        for number, _ in enumerate(self._as(list)):
            yield self._child(number)

    def members(self) -> dict[str, Piece]:
        """The members of an object."""
        return {name: self._child(name) for name in self._as(dict)}

    def text(self) -> str:
        return self._as(str)

    def flag(self) -> bool:
        return self._as(bool)

    def number(self) -> float:
        """A finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self._of_another_kind(float)
        if not math.isfinite(self.value) or abs(self.value) > 1e9:
            raise self.wrong(f"{self.value} is no usable number", "Write one below a billion")
        return self.value

    def wrong(self, message: str, remedy: str) -> ConfigurationError:
        """The error that names this piece's place."""
        return unusable(f"{self.file}#{self.pointer or '/'}", message, remedy)

    def _child(self, name: str | int) -> Piece:
        escaped = str(name).replace("~", "~0").replace("/", "~1")
        return Piece(self.file, f"{self.pointer}/{escaped}", self.value[name])

    def _as(self, kind: type) -> Any:
        if not isinstance(self.value, kind):
            raise self._of_another_kind(kind)
        return self.value

    def _of_another_kind(self, kind: type) -> ConfigurationError:
        shown = json.dumps(self.value)[:40]
        return self.wrong(f"{shown} is not {_NAMES[kind]}", f"Write {_NAMES[kind]} here")


def read(path: Path) -> Piece:
    """Read a JSON file. Raises ConfigurationError when there is none, or it holds no object."""
    name = path.name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise unusable(str(path), "there is no such file", "Name the saved configuration") from None
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(str(path), f"it cannot be read: {error}", "Save it as UTF-8 JSON") from None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise unusable(
            name, f"it is no JSON: {error}", "Save the answer of HubSpot's API as it came"
        ) from None
    if not isinstance(value, dict):
        raise unusable(name, "it holds no object", "Save one score, not the list of all scores")
    return Piece(name, "", value)


def replaced(document: Any, pointer: str, value: Any) -> None:
    """Put `value` at the place of a pointer into `document`."""
    *path, last = [
        part.replace("~1", "/").replace("~0", "~") for part in pointer.lstrip("/").split("/")
    ]
    for part in path:
        document = document[int(part) if isinstance(document, list) else part]
    document[int(last) if isinstance(document, list) else last] = value
