"""The real server for fault rigs: `wsgi.py` in a process group of its own, killed as a machine would kill it."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import programs

HOST = "127.0.0.1"
READY_WITHIN = 60.0


def scaled(count: int) -> int:
    """A number of repetitions: that of a CI run, times FAULTS_SCALE from the environment."""
    return max(1, round(count * float(os.environ.get("FAULTS_SCALE", "1"))))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Server:
    """The served program. `up` is set while it is expected to answer."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.environment = {**environment, "HOST": HOST, "PORT": str(free_port())}
        self.port = int(self.environment["PORT"])
        self.log = log
        self.up = threading.Event()
        self._process: programs.Program | None = None

    def start(self) -> None:
        """Start it and return when it is ready."""
        self._process = self.begin()
        deadline = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            assert self._process.poll() is None, f"the server ended by itself:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, f"the server is not ready in time:\n{self.log.read_text()}"
            time.sleep(0.01)
        self.up.set()

    def begin(self) -> programs.Program:
        """Start the process."""
        with self.log.open("ab") as output:
            return programs.start(["wsgi.py"], self.environment, stdout=output.fileno(), stderr=output.fileno())

    def stop(self) -> None:
        """End it as an operator does (SIGTERM), and see that it ends in order."""
        self.up.clear()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            assert self._process.wait(40) == 0, self.log.read_text()
            self._process = None

    def kill(self) -> None:
        """Kill -9 every process of it at once, as a machine that falls over does; returns when all are gone."""
        self.up.clear()
        if self._process is not None:
            with _until_gone(_group(self._process.pid)), suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    def kill_a_worker(self) -> None:
        """Kill -9 the web process that has lived longest; the others go on. Waits for one when there is none.

        Always the oldest, because the server takes one that dies again and again for a fault of the program and ends.
        """
        assert self._process is not None
        deadline = time.monotonic() + READY_WITHIN
        while not (workers := self._workers()):
            assert self._process.poll() is None, f"the server ended by itself:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, "no web process is started again"
            time.sleep(0.01)
        with _until_gone(workers[:1]):
            os.kill(workers[0], signal.SIGKILL)

    def kill_the_judge(self) -> bool:
        """Kill -9 the process that judges beside the web processes (PostgreSQL), which is started again; whether there
        was one just now."""
        assert self._process is not None
        with _until_gone(judging := [pid for pid in _group(self._process.pid) if b"\0judge\0" in _command(pid)]):
            for pid in judging:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        return bool(judging)

    def flask(self, *words: str, longest: float = programs.LONGEST) -> str:
        """What one of the program's commands says, beside the running server; it may take so many seconds."""
        run = programs.run(["-m", "flask", *words], self.environment, longest)
        run.check_returncode()
        return run.stdout

    def cost(self) -> tuple[float, int, int]:
        """Seconds of CPU that the web processes have used; the most memory (bytes) that each has held since this was
        asked last, added up; and what they hold now."""
        seconds, most, now = 0.0, 0, 0
        for pid in self._workers():
            of = Path(f"/proc/{pid}")
            user, system = (of / "stat").read_text().rpartition(")")[2].split()[11:13]
            seconds += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
            status = (of / "status").read_text().splitlines()
            held = {
                line.split()[0]: int(line.split()[1]) * 1024 for line in status if line.startswith(("VmHWM", "VmRSS"))
            }
            most, now = most + held["VmHWM:"], now + held["VmRSS:"]
            (of / "clear_refs").write_text("5")  # from here on the most is what it holds now
        return seconds, most, now

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=10) as connection:
                connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return connection.makefile("rb").readline().split()[1:2] == [b"200"]
        except OSError:
            return False

    def _workers(self) -> list[int]:
        """The web processes, oldest first: children, save the one that judges."""
        assert self._process is not None
        main = self._process.pid
        found = []
        for pid in _group(main):
            try:
                command = _command(pid)
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            state, parent, started = fields[0], int(fields[1]), int(fields[19])
            if parent == main and state != "Z" and b"\0judge\0" not in command:
                found.append((started, pid))
        return [pid for _, pid in sorted(found)]


@contextmanager
def served(environment: Mapping[str, str], folder: Path) -> Iterator[Server]:
    """The program, started, and killed whole at the end if it is still there; its log is in the folder.

    The log must not tell of anything that nobody foresaw.
    """
    server = Server(environment, folder / "server.log")
    try:
        server.start()
        yield server
    finally:
        server.kill()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


def _group(leader: int) -> list[int]:
    """The living members of a process group."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == leader and fields[0] != "Z":
                found.append(int(folder.name))
    return found


def _command(pid: int) -> bytes:
    """What a process was started with; nothing for one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@contextmanager
def _until_gone(processes: list[int]) -> Iterator[None]:
    """Leaves the block when all these processes have ended."""
    descriptors = []
    for pid in processes:
        try:
            descriptors.append(os.pidfd_open(pid))
        except ProcessLookupError:
            continue
    try:
        yield
        for descriptor in descriptors:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            assert poll.poll(30_000), "a killed process does not end"
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
