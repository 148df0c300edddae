"""Debian's packages that tests need: installed where that is possible, else the test is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def file_of(package: str, pattern: str) -> Path:
    """The newest file below /usr/lib of this pattern; installs the package where there is none."""
    if not _files(pattern) and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "--no-install-recommends", package]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=False, capture_output=True, timeout=200)
        subprocess.run(install, env=environment, check=False, capture_output=True, timeout=400)
    found = _files(pattern)
    if not found:
        pytest.skip(f"there is no {package}, and it cannot be installed: no root or no apt-get")
    return found[-1]


def _files(pattern: str) -> list[Path]:
    return sorted(Path("/usr/lib").glob(pattern))
