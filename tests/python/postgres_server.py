"""A real PostgreSQL server for tests: Debian's, in a folder of its own, on loopback only."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from debian import file_of

PASSWORD = "correct-horse-battery"


class Server:
    """One cluster that can be started, killed and started again."""

    def __init__(self) -> None:
        self.binaries = file_of("postgresql", "postgresql/*/bin/initdb").parent
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        secret = self.folder / "secret"
        self._run("sh", "-c", f"printf %s {PASSWORD} > {secret}")
        self._run(
            *(str(self.binaries / "initdb"), "-D", str(self.folder / "data"), "-U", "owner"),
            *("--auth", "scram-sha-256", "--pwfile", str(secret), "-E", "UTF8", "--no-sync"),
        )
        self.process: subprocess.Popen | None = None
        self.start()

    @property
    def dsn(self) -> str:
        return self.dsn_of("owner")

    def dsn_of(self, user: str) -> str:
        return f"host=127.0.0.1 port={self.port} dbname=postgres user={user} password={PASSWORD}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                *(str(self.binaries / "postgres"), "-D", str(self.folder / "data")),
                *("-p", str(self.port), "-c", "listen_addresses=127.0.0.1"),
                *("-c", f"unix_socket_directories={self.folder}", "-c", "fsync=off"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self._as_user(),
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                psycopg.connect(self.dsn, connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise AssertionError("PostgreSQL did not start")

    def kill(self) -> None:
        """Without a word, with all its processes."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
            (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def rows(self, query: str, user: str = "owner") -> list[tuple]:
        with psycopg.connect(self.dsn_of(user), autocommit=True) as connection:
            cursor = connection.execute(query)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=120, **self._as_user()
        )
        assert done.returncode == 0, done.stderr

    def _as_user(self) -> dict:
        # PostgreSQL refuses to run as root.
        return {"user": self.user, "cwd": "/"} if os.geteuid() == 0 else {}
