"""What can go wrong in a way that a person can mend, told in the person's words."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from orchestration.quality.results import CheckResult


@dataclass(frozen=True)
class Problem:
    """One thing to mend in a seed or in landed data.

    `file` is relative to the project or the landing folder, `key` names the row (for example
    `b2b_v1 / pricing_visits`), `column` may be empty when the whole row or file is meant.
    """

    severity: Literal["error", "warning"]
    file: str
    key: str
    column: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file,
                f"row {self.key}" if self.key else "",
                f"column {self.column}" if self.column else "",
            )
            if part
        )
        return ": ".join(part for part in (place, self.message) if part) + (
            f". {self.remedy}" if self.remedy else ""
        )


class ConfigurationError(Exception):
    """Configuration or input cannot be used (exit code 2). Nothing readers see has changed."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Busy(ConfigurationError):
    """Somebody else holds a file that is needed (exit code 2). The same may work a little later."""


class NotCopied(Exception):
    """The release is published here; its copy elsewhere is still the one before (exit code 4)."""


class BlockedByCheck(Exception):
    """A blocking check failed, so nothing was published (exit code 1)."""

    def __init__(self, failures: list[CheckResult]) -> None:
        self.failures = failures
        super().__init__("\n".join(f"{check.name}: {check.message}" for check in failures))


def unusable(place: str, message: str, remedy: str = "") -> ConfigurationError:
    """Return the error for one problem with a file, an option or a variable."""
    return ConfigurationError([Problem("error", place, "", "", message, remedy)])


def busy(place: str, message: str, remedy: str = "") -> Busy:
    """Return the error for a file that somebody else holds."""
    return Busy([Problem("error", place, "", "", message, remedy)])


def lacks_room(error: BaseException) -> bool:
    """Whether a disk is full; DuckDB and dbt pass on the system's reason as a text."""
    return _says(error, _NO_ROOM)


def refused(error: BaseException) -> ConfigurationError | None:
    """Return in a person's words what the system refused: room, or access to a place.

    None when it was something else.
    """
    if lacks_room(error):
        what = "the disk is full, or files may not grow further"
        remedy = "Make room for the working file and what is published, then start again"
    elif isinstance(error, OSError) and _says(error, _NO_ACCESS):
        what = "the system does not let this user read or write here"
        remedy = "Give the user that runs leadscore access, then start again"
    else:
        return None
    said = (line.strip() for line in str(error).splitlines())
    reason = next(line for line in said if _says(line, _REFUSED))
    return unusable("", f"{what} ({reason})", remedy)


def _says(error: object, numbers: tuple[int, ...]) -> bool:
    return any(os.strerror(number) in str(error) for number in numbers)


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_ACCESS = (errno.EACCES, errno.EPERM, errno.EROFS)
_REFUSED = _NO_ROOM + _NO_ACCESS
