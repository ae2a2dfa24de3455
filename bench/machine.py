"""Servers and databases to measure against, brought up for the occasion."""

from __future__ import annotations

import base64
import http.client
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wsgi import BLOCKING_THREADS

ROOT = Path(__file__).parent.parent

STARTS_WITHIN = 300
"""Seconds: on a machine where much else runs, a server takes more than a minute to begin."""


@dataclass(frozen=True)
class Server:
    """A running server and a credential of it."""

    port: int
    authorization: str
    pid: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)


@contextmanager
def server(folder: Path, database_url: str | None, *, alone: bool = False) -> Iterator[Server]:
    """The program, served for real, on its own port and data folder.

    `alone`: the web processes, without those parts of the program that read what was stored and work on it.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATA_DIR": str(folder), "PORT": str(port), "FLASK_APP": str(ROOT / "wsgi.py")}
    environment["REQUIRE_SECOND_FACTOR"] = "none"  # nobody here has a phone
    environment.pop("DATABASE_URL", None)
    if database_url:
        environment["DATABASE_URL"] = database_url
    made = subprocess.run(
        [sys.executable, "-m", "flask", "lrs", "credential", "create", "--name", "bench"],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    pair = json.loads(made.stdout.splitlines()[-1])
    authorization = "Basic " + base64.b64encode(f"{pair['key']}:{pair['secret']}".encode()).decode()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            _web_alone(port, database_url) if alone else [sys.executable, "wsgi.py"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(port, process, folder / "server.log")
        yield Server(port, authorization, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _web_alone(port: int, database_url: str | None) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port), "--no-ws"),
        *("--workers", str(os.cpu_count() if database_url else 1), "--blocking-threads", str(BLOCKING_THREADS)),
        "wsgi:create_web_app",
    ]


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server did not start:\n" + log.read_text())
        time.sleep(0.1)


def cpu_seconds() -> float:
    """CPU that this process and all that it started have used so far: steadier than the clock on a shared machine."""
    ticks: dict[int, int] = {}
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        pid = int(path.parent.name)
        ticks[pid] = sum(map(int, fields[11:15]))  # its own time and that of its ended children
        children.setdefault(int(fields[1]), []).append(pid)
    waiting, used = [os.getpid()], 0
    while waiting:
        pid = waiting.pop()
        used += ticks.get(pid, 0)
        waiting += children.get(pid, [])
    return used / os.sysconf("SC_CLK_TCK")


def describe() -> str:
    """The machine, in a line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, Python {platform.python_version()}"
