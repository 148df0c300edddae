"""A clock that the test sets while a process runs, by Debian's libfaketime."""

from __future__ import annotations

from pathlib import Path

from debian import file_of


class FalseClock:
    """The time of day of every process that is started with `variables`; files keep real times.

    The clock that only measures (monotonic) jumps too, which no real one does.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.variables = {
            "LD_PRELOAD": str(file_of("faketime", "*/faketime/libfaketimeMT.so.1")),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "NO_FAKE_STAT": "1",
        }
        self.set_ahead(0)

    def set_ahead(self, days: int) -> None:
        """Let the clock jump to so many days before or after the real time."""
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{days:+d}d\n", encoding="utf-8")
        beside.replace(self._file)
