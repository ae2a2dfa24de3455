"""How much memory a process of the program holds, in MB of 1,000,000 bytes: what is its own and its share of the rest.

(Linux calls it PSS: pages that processes share, as libraries and what was there when they forked, are counted once.)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import bulk, clients, machine
from bench.posting import bodies

EVERY_SECONDS = 0.1


def measure(engine: str, folder: Path, url: str | None, lines: int) -> dict[str, Any]:
    """Of the largest process: at rest after a few requests; the most while batches of 500 come from two clients; the
    most while so many lines come in one bulk upload."""
    folder.mkdir()
    with machine.server(folder, url) as server:
        clients.post(server, bodies(20_000_000, 20, 1), 4)
        rest = held(server.pid)
        with most_held(server.pid) as loading:
            for start in range(20_100_000, 20_150_000, 10_000):
                clients.post(server, bodies(start, 10_000, 500), 2)
    with machine.server(folder, url) as server, most_held(server.pid) as uploading:
        uploaded = bulk.upload(server, lines)
    return {
        "engine": engine, "rest": rest, "loading": max(loading), "lines": lines, "bulk": max(uploading),
        "lines_per_second": uploaded.per_second,
    }  # fmt: skip


@contextmanager
def most_held(pid: int) -> Iterator[list[float]]:
    """A list of what the largest process holds, at short intervals while the block runs."""
    with _watching(lambda: held(pid)) as seen:
        yield seen


@contextmanager
def most_together(pid: int, besides: Collection[int]) -> Iterator[list[float]]:
    """A list of what a process and all that it started hold together, without some of them, every two seconds."""
    with _watching(lambda: held(pid, sum, besides), every=2.0) as seen:
        yield seen


@contextmanager
def _watching(held_now: Callable[[], float], every: float = EVERY_SECONDS) -> Iterator[list[float]]:
    seen = [held_now()]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(every):
            seen.append(held_now())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def held(pid: int, of: Callable[[list[float]], float] = max, besides: Collection[int] = ()) -> float:
    """What the largest of a process and those that it started holds now; or all of them, their `sum`."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended just now
        return 0.0
    own = next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("Pss:"))
    return of([own, *(held(int(child), of, besides) for child in children if int(child) not in besides)])
