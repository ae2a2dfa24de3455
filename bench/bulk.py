"""A bulk upload of many lines over HTTP, and how much memory the web process takes for it.

python -m bench.bulk [LINES] [URL of an empty PostgreSQL database]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.machine import Server, describe, server
from bench.statements import statement

LINES = 1_000_000


@dataclass(frozen=True)
class Uploaded:
    """What the server said, lines a second, and the largest any of its processes was (MB of 1,000,000 bytes)."""

    summary: dict[str, int]
    per_second: float
    peak_mb: float


def upload(server: Server, lines: int) -> Uploaded:
    """Send the Statements 0 to `lines` in one request, made while it goes on; nothing is read before all is sent."""
    connection = server.connect()
    connection.timeout = 3600
    headers = {"Authorization": server.authorization, "Content-Type": "application/x-ndjson"}
    began = time.perf_counter()
    connection.request("POST", "/xapi-ext/statements/bulk", _body(lines), headers, encode_chunked=True)
    answer = connection.getresponse()
    last = b""
    for line in answer:
        last = line
    seconds = time.perf_counter() - began
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {last[:500]!r}")
    return Uploaded(json.loads(last), lines / seconds, peak_mb(server.pid))


def peak_mb(pid: int) -> float:
    """The most memory (VmHWM) that a process or one it started has ever held."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{pid}/status").read_text()
    own = next(int(line.split()[1]) * 1024 / 1e6 for line in status.splitlines() if line.startswith("VmHWM"))
    return max(own, *(peak_mb(int(child)) for child in children)) if children else own


def _body(lines: int) -> Iterator[bytes]:
    for start in range(0, lines, 100):
        numbers = range(start, min(start + 100, lines))
        yield "".join(json.dumps(statement(number), ensure_ascii=False) + "\n" for number in numbers).encode()


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    database_url = sys.argv[2] if len(sys.argv) > 2 else None
    print(describe())
    with tempfile.TemporaryDirectory() as folder, server(Path(folder), database_url) as running:
        print(f"before: {peak_mb(running.pid):.0f} MB")
        for _ in range(2):
            done = upload(running, lines)
            print(f"{done.summary}: {done.per_second:,.0f} lines a second, at most {done.peak_mb:.0f} MB")


if __name__ == "__main__":
    main()
