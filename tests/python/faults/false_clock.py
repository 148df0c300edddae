"""A clock that the test sets while a process runs, by Debian's libfaketime."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def _library() -> Path:
    """Where the library is; installs Debian's package where that is possible."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "--no-install-recommends", "faketime"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=False, capture_output=True, timeout=200)
        subprocess.run(install, env=environment, check=False, capture_output=True, timeout=400)
        found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("there is no libfaketime, and it cannot be installed: no root or no apt-get")
    return found[0]


class FalseClock:
    """The time of day of every process that is started with `variables`; files keep real times.

    The clock that only measures (monotonic) jumps too, which no real one does.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.variables = {
            "LD_PRELOAD": str(_library()),
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
