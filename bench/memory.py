"""How much memory a web process holds (resident, in MB of 1,000,000 bytes): the largest of the program's processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench import bulk, clients, machine
from bench.posting import bodies


def measure(engine: str, folder: Path, url: str | None, lines: int) -> dict[str, Any]:
    """At rest after a few requests; the peak after batches of 500; the peak after a bulk upload of so many lines.

    The last is taken of a server started anew, so that each peak is of its own load.
    """
    folder.mkdir()
    with machine.server(folder, url) as server:
        clients.post(server, bodies(20_000_000, 20, 1), 4)
        rest = _resident(server.pid)
        clients.post(server, bodies(20_100_000, 30_000, 500), 2)
        loading = bulk.peak_mb(server.pid)
    with machine.server(folder, url) as server:
        uploaded = bulk.upload(server, lines)
    return {
        "engine": engine, "rest": rest, "loading": loading, "lines": lines, "bulk": uploaded.peak_mb,
        "lines_per_second": uploaded.per_second,
    }  # fmt: skip


def _resident(pid: int) -> float:
    """What the largest of a process and those that it started holds now."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{pid}/status").read_text()
    own = next(int(line.split()[1]) * 1024 / 1e6 for line in status.splitlines() if line.startswith("VmRSS"))
    return max([own, *(_resident(int(child)) for child in children)])
