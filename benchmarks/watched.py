"""Runs a command and watches what it costs: wall and CPU seconds, and memory over time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SECONDS_BETWEEN_SAMPLES = 0.05
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Sample:
    """What a process held and had used at a moment (seconds since 1970)."""

    at: float
    resident_bytes: int
    cpu_seconds: float


@dataclass(frozen=True)
class Watched:
    """How a command went. `peak_bytes` is the operating system's own figure for the process."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str
    samples: tuple[Sample, ...]

    def peak_within(self, spans: Sequence[tuple[float, float]]) -> int:
        """Largest sampled memory inside spans of time, in bytes; 0 when no sample fell into one."""
        return max(
            (s.resident_bytes for s in self.samples if any(a <= s.at <= b for a, b in spans)),
            default=0,
        )

    def cpu_within(self, spans: Sequence[tuple[float, float]]) -> float:
        """CPU seconds used inside spans that do not overlap, in proportion between samples."""
        return sum(self._cpu_at(end) - self._cpu_at(start) for start, end in spans)

    def _cpu_at(self, at: float) -> float:
        before = after = None
        for sample in self.samples:
            if sample.at <= at:
                before = sample
            else:
                after = sample
                break
        if before is None:
            return 0.0
        if after is None:
            return before.cpu_seconds
        share = (at - before.at) / (after.at - before.at)
        return before.cpu_seconds + share * (after.cpu_seconds - before.cpu_seconds)


class CommandFailed(Exception):
    """The command ended with an error; the text has the end of what it said."""


def watch(command: Sequence[str], environment: Mapping[str, str], cwd: Path, log: Path) -> Watched:
    """Run a command to its end; what it says on standard error goes to the file `log`.

    The peak is at least what this process itself holds: the system counts memory from before the
    command replaced this process's copy.
    Raises CommandFailed when its exit code is not 0.
    """
    samples: list[Sample] = []
    output = log.with_suffix(".out")
    with open(log, "wb") as errors, open(output, "wb") as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=said, stderr=errors)
        ended = threading.Event()
        sampler = threading.Thread(target=_sample, args=(process.pid, samples, ended))
        sampler.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        finally:
            ended.set()
        seconds = time.perf_counter() - started
        sampler.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])
        raise CommandFailed(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
    return Watched(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * _MAXRSS_UNIT,
        output=output.read_text(encoding="utf-8"),
        samples=tuple(samples),
    )


def _sample(pid: int, samples: list[Sample], ended: threading.Event) -> None:
    try:
        process = psutil.Process(pid)
        while not ended.wait(_SECONDS_BETWEEN_SAMPLES):
            with process.oneshot():
                used = process.cpu_times()
                resident = process.memory_info().rss
            samples.append(Sample(time.time(), resident, used.user + used.system))
    except psutil.Error:
        return
