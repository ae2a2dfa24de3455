"""The real server as a process of its own, as `make run` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from certification.demonstration.errors import ServerFailed, StoreUnreachable
from certification.demonstration.poster import Connection

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
READY_WITHIN = 240
"""Seconds from start to /readyz."""
STOPPED_WITHIN = 20
"""Seconds from SIGTERM to the end."""


class Server:
    """A running server process. `base` is its address; `log` the file its output goes to."""

    def __init__(self, process: subprocess.Popen[bytes], base: str, log: Path) -> None:
        self.process = process
        self.base = base
        self.log = log

    def check(self) -> None:
        """Raise ServerFailed when the process has ended."""
        if self.process.poll() is not None:
            tail = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise ServerFailed(f"the server ended with {self.process.returncode}; its log {self.log} says:\n{tail}")

    def await_ready(self, *, within: float = READY_WITHIN) -> None:
        """Return when /readyz answers 200. Raises ServerFailed after `within` seconds or when the process ends."""
        connection = Connection(self.base, "", "")
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            self.check()
            try:
                if connection.request("GET", "/readyz", key=False).status == 200:
                    self.check()
                    return
            except StoreUnreachable:
                pass
            finally:
                connection.close()
            time.sleep(0.1)
        raise ServerFailed(f"{self.base}/readyz did not answer 200 within {within:.0f} seconds; see {self.log}")

    def stop(self) -> int:
        """Ask the server to end (SIGTERM) and wait for it; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


def require_free(port: int) -> None:
    """Raise ServerFailed when something on this machine listens at the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that only just ended is no hindrance
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ServerFailed(
                f"port {port} is not free ({error.strerror}): stop what listens there, or set PORT to another"
            ) from None


@contextmanager
def serving(environment: Mapping[str, str], *, port: int, log: Path) -> Iterator[Server]:
    """The server on `port` of this machine, with `environment` added to ours; stopped when the block ends.

    It runs in a session of its own, so that Ctrl-C reaches only us, and we end it in order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own server
            [sys.executable, str(ROOT / "wsgi.py")],
            cwd=ROOT,
            env={**os.environ, "REQUIRE_SECOND_FACTOR": "none", **environment, "HOST": HOST, "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(process, f"http://{HOST}:{port}", log)
    try:
        yield server
    finally:
        server.stop()
