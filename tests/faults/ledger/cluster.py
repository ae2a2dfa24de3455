"""A PostgreSQL server that keeps what it acknowledged, in a folder that outlasts it, to be killed and started again."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.serving import free_port
from tests.postgresql import binaries, unprivileged

SETTINGS = {"max_connections": "100", "shared_buffers": "256MB", "max_wal_size": "2GB", "wal_compression": "on"}
AMCHECK = """
SELECT count(bt_index_check(c.oid, true)) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am am ON am.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE am.amname = 'btree' AND n.nspname = 'public' AND i.indisready AND i.indisvalid
"""


class Postgres:
    """One server. fsync is on: what it says is committed is to outlast it. Its log may lie elsewhere."""

    def __init__(self, folder: Path, *, log: Path | None = None, settings: Mapping[str, str] = SETTINGS) -> None:
        self._folder = folder
        self._log, self._settings = log, settings
        self._data = folder / "data"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._as_whom = unprivileged()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://cdht@127.0.0.1:{self.port}/cdht"

    def start(self) -> None:
        """Start it, made anew where it was never there, and return when it takes connections."""
        if is_new := not self._data.exists():
            self._make()
        self.end_leftover()
        deadline = time.monotonic() + 60
        while not self._answers():
            # Just after a kill the start can fail for a moment: what the last server left still holds its memory.
            if self._process is None or self._process.poll() is not None:
                self._process = self._run()
            assert time.monotonic() < deadline, (self._folder / "log").read_text()[-3000:]
            time.sleep(0.02)
        if is_new:
            with self._superuser("postgres") as superuser:
                superuser.execute("CREATE ROLE cdht LOGIN")
                superuser.execute("CREATE DATABASE cdht OWNER cdht")
            with self._superuser("cdht") as superuser:
                superuser.execute("CREATE EXTENSION amcheck")

    def follow(self, other: Postgres) -> None:
        """Start it as the synchronous standby of another: that one acknowledges what is written here as well."""
        self._own(self._folder)
        copying = [binaries() / "pg_basebackup", "-h", "127.0.0.1", "-p", str(other.port), "-U", "tester"]
        copying += ["-D", self._data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        subprocess.run(copying, check=True, timeout=120, **self._how())
        self.start()
        deadline = time.monotonic() + 60
        with other._superuser("postgres") as superuser:
            superuser.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            superuser.execute("SELECT pg_reload_conf()")
            while superuser.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").fetchone() is None:
                assert time.monotonic() < deadline, (self._folder / "log").read_text()[-3000:]
                time.sleep(0.02)

    def take_over(self) -> None:
        """Have a standby become the server; it waits for no standby of its own before there is one."""
        with self._superuser("postgres") as superuser:
            row = superuser.execute("SELECT pg_promote(true, 60)").fetchone()
            assert row == (True,)
            superuser.execute("ALTER SYSTEM RESET synchronous_standby_names")
            superuser.execute("SELECT pg_reload_conf()")

    def remove(self) -> None:
        """Forget what a killed server kept."""
        shutil.rmtree(self._data)

    def kill(self) -> None:
        """Kill -9 the whole server at once; returns when all its processes are gone."""
        assert self._process is not None
        everybody = [self._process.pid, *_children(self._process.pid)]
        for pid in everybody:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(30)
        self._process = None
        deadline = time.monotonic() + 30
        while any(Path(f"/proc/{pid}").exists() for pid in everybody):
            assert time.monotonic() < deadline, "a killed server does not end"
            time.sleep(0.005)

    def kill_a_backend(self, chance: random.Random) -> bool:
        """Kill -9 the process of one connection: the server ends all others, which is waited for, and recovers."""
        assert self._process is not None
        found = [pid for pid in _children(self._process.pid) if b"postgres: cdht cdht" in _command(pid)]
        if found:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(found), signal.SIGKILL)
            deadline = time.monotonic() + 30
            while set(found) & set(_children(self._process.pid)):
                assert time.monotonic() < deadline, "the server does not end its connections"
                time.sleep(0.005)
        return bool(found)

    def wait(self) -> None:
        """Return when it takes connections again: until it has recovered, the program would not start."""
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, (self._folder / "log").read_text()[-3000:]
            time.sleep(0.02)

    def limit_files(self, size: int) -> None:
        """Let no process of the server, and none that it starts, write a file larger than this."""
        assert self._process is not None
        for pid in (self._process.pid, *_children(self._process.pid)):
            with suppress(ProcessLookupError):
                _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))

    def check(self) -> int:
        """Have PostgreSQL hold every index against its table (amcheck); how many there are. Raises what it finds."""
        with self._superuser("cdht") as superuser:
            row = superuser.execute(AMCHECK).fetchone()
        assert row is not None
        return int(row[0])

    def stop(self) -> None:
        """End it in order, if it is there."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def end_leftover(self) -> None:
        """Kill the server that a rig which was killed itself left behind in this folder."""
        noted = self._data / "postmaster.pid"
        if self._process is not None or not noted.exists():
            return
        pid = int(noted.read_text().split()[0])
        if str(self._data).encode() in _command(pid):
            for one in (pid, *_children(pid)):
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
        noted.unlink()

    def _make(self) -> None:
        self._own(self._folder)
        making: list[Path | str] = [
            binaries() / "initdb",
            "-D",
            self._data,
            "-U",
            "tester",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-k",
            *(["--waldir", self._log, "--wal-segsize", "1"] if self._log else []),
        ]
        subprocess.run(making, check=True, stdout=subprocess.DEVNULL, **self._how())

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._as_whom:
            shutil.chown(folder, self._as_whom["user"], self._as_whom["group"])

    def _run(self) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [
                    binaries() / "postgres", "-D", self._data, "-p", str(self.port), "-k", self._folder,
                    "-h", "127.0.0.1", *(part for pair in self._settings.items() for part in ("-c", "=".join(pair))),
                ],
                stdout=log, stderr=subprocess.STDOUT, **self._how(),
            )  # fmt: skip

    def _how(self) -> dict[str, Any]:
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        groups: dict[str, Any] = {"extra_groups": []} if self._as_whom else {}
        return {"cwd": self._folder, "env": env, "start_new_session": True, **groups, **self._as_whom}

    def _answers(self) -> bool:
        try:
            self._superuser("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _superuser(self, name: str) -> psycopg.Connection:
        url = f"postgresql://tester@127.0.0.1:{self.port}/{name}"
        return psycopg.connect(url, connect_timeout=5, autocommit=True)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
