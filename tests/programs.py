"""Programs of ours that start at once: forked by a process that has read their code beforehand, and done nothing else.

Reading it takes seconds, and tests start the server, commands and writers some hundreds of times. What is forked runs
its file or module as `__main__` from the first line, in a session, environment and files of its own; nothing of the
code that it finds read already looks at any of these. `tests/test_wsgi.py` starts the server as everybody does.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

__all__ = ["LONGEST", "Program", "run", "start", "talking"]

ROOT = Path(__file__).parents[1]

READ_BEFOREHAND = ("wsgi", "flask.cli", "tests.conftest", "tests.faults.platforms")
"""What our programs are made of."""

LONGEST = 300.0
"""Seconds after which a program that is to end by itself is killed, and its test fails."""

AT_ONCE = 60.0
"""Seconds within which a program is started, at the latest."""


class Program:
    """A program that runs; the first of a session and process group of its own."""

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection

    def poll(self) -> int | None:
        """How it ended, as `subprocess` says it; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float) -> int:
        """How it ended. Raises subprocess.TimeoutExpired when it has not after so many seconds."""
        status = self._ended(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return status

    def _ended(self, timeout: float) -> int | None:
        if self.returncode is None and _can_be_read(self._connection, timeout):
            self.returncode = int(self._connection.recv(100) or b"-9")  # nobody is left to say how
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(
    words: Sequence[str], environment: Mapping[str, str], *, stdin: int | None = None, stdout: int, stderr: int
) -> Program:
    """Start what stands after `python` on a command line, a file or -m and a module, with these descriptors."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(AT_ONCE)
    connection.connect(_forker())
    with Path(os.devnull).open("rb") as nothing:
        files = [nothing.fileno() if stdin is None else stdin, stdout, stderr]
        told = json.dumps({"words": list(words), "environment": dict(environment)}).encode()
        socket.send_fds(connection, [len(told).to_bytes(4)], files)
        connection.sendall(told)
    return Program(connection, int.from_bytes(_exactly(connection, 4)))


def run(
    words: Sequence[str], environment: Mapping[str, str], longest: float = LONGEST
) -> subprocess.CompletedProcess[str]:
    """Run it to its end, as `subprocess.run` with captured output. AssertionError, with what it said, for one that does
    not end within so many seconds."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        program = start(words, environment, stdout=output.fileno(), stderr=errors.fileno())
        try:
            status = program.wait(longest)
        except subprocess.TimeoutExpired:
            program.kill()
            errors.seek(0)
            raise AssertionError(f"{' '.join(words)} does not end within {longest:.0f} s:\n{errors.read()}") from None
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(list(words), status, output.read(), errors.read())


@contextmanager
def talking(words: Sequence[str], environment: Mapping[str, str]) -> Iterator[tuple[Program, IO[str], IO[str]]]:
    """A program with what it reads and what it writes, line by line; killed when the block ends, or after LONGEST: what
    it writes then ends, and whoever waits for a line has an empty one."""
    read, written = os.pipe(), os.pipe()
    program = start(words, environment, stdin=read[0], stdout=written[1], stderr=2)
    os.close(read[0])
    os.close(written[1])
    late = threading.Timer(LONGEST, os.kill, (program.pid, signal.SIGKILL))
    late.start()
    with open(read[1], "w", buffering=1) as to, open(written[0]) as by:  # noqa: PTH123 — descriptors, no paths
        try:
            yield program, to, by
        finally:
            late.cancel()
            program.kill()
            program.wait(30)


def _can_be_read(connection: socket.socket, timeout: float) -> bool:
    """Whether there is something, or the end, within so many seconds. (`select` knows no descriptor above 1023.)"""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(timeout * 1000))


def _exactly(connection: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        came = connection.recv(size - len(found))
        if not came:
            raise EOFError("whoever was to start a program is gone")
        found += came
    return found


@functools.cache
def _forker() -> str:
    """Where the process listens that forks for this one; it ends with it."""
    folder = tempfile.TemporaryDirectory(prefix="cdht-test-programs-")
    address = f"{folder.name}/forker"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.programs", address], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.readline() == b"ready\n", "the process that starts programs did not start itself"

    @atexit.register
    def end() -> None:
        try:
            process.communicate(timeout=AT_ONCE)
        except subprocess.TimeoutExpired:
            process.kill()
        folder.cleanup()

    return address


# ---------------------------------------------------------------- in the process that forks


def _main(address: str) -> Sequence[str]:
    """Forks whatever is asked for until the input ends. Comes back in the forked process, with the words to run."""
    for name in READ_BEFOREHAND:
        importlib.import_module(name)
    gc.freeze()  # nothing of it is garbage: who is forked need not look it through
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    print("ready", flush=True)
    while True:
        came = select.select([listening, sys.stdin], [], [], 1)[0]
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if listening in came:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                return _keep(connection)
            connection.close()
        elif came:
            sys.exit()


def _keep(connection: socket.socket) -> Sequence[str]:
    """Fork what the connection asks for, tell it the number of the process, wait, tell it how it ended. Comes back in
    the forked process."""
    size, files, _, _ = socket.recv_fds(connection, 4, 3)
    told: dict[str, Any] = json.loads(_exactly(connection, int.from_bytes(size)))
    pid = os.fork()
    if pid == 0:
        connection.close()
        os.setsid()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.environ.clear()
        os.environ.update(told["environment"])
        words: list[str] = told["words"]
        return words
    for file in [*files, 0, 1, 2]:
        os.close(file)
    connection.sendall(pid.to_bytes(4))
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(OSError):
        connection.sendall(str(status).encode())
    os._exit(0)


if __name__ == "__main__":
    words = _main(sys.argv[1])
    if words[0] == "-m":
        sys.argv = list(words[1:])
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(words)
        runpy.run_path(words[0], run_name="__main__")
