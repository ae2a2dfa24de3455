"""`make hostile`: asks the program what nobody should, on both databases, and holds their answers against each other.

    python -m tests.faults.hostile --minutes N [--seed S] [--again]

No answer is a 5xx, both engines give the same status and kind,
and none takes long. Every round is added to the ledger
when it is over, so a run may be ended at any time and another goes on. Ends with 1 where anything was found; it is
written into a file, with the request as it was. `--again` asks once more for what was found before, and strikes out
what is mended.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from lrs.resources import bulk
from tests.faults.hostile import figures
from tests.faults.hostile.requests import Maker
from tests.faults.hostile.round import ROUND, Found, maker, run
from tests.faults.hostile.twins import ENGINES, Template
from tests.faults.ledger.round import program
from tests.postgresql import Cluster

SHM = Path("/dev/shm")  # noqa: S108 — a folder of our own is made inside it


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.hostile", description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30, help="how long to ask (default 30)")
    parser.add_argument("--lanes", type=int, default=4, help="pairs of databases asked at once (default 4)")
    parser.add_argument("--seed", type=int, help="of what chance does")
    parser.add_argument(
        "--found", type=Path, default=Path("hostile-found.jsonl"), help="where what was found is written"
    )
    parser.add_argument("--again", action="store_true", help="ask once more for what was found before")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended; what was asked before this round is in the ledger"))
    seed = random.randrange(2**32) if options.seed is None else options.seed
    print(f"chance: {seed}", flush=True)
    with tempfile.TemporaryDirectory(dir=SHM, prefix="cdht-hostile-") as folder, Cluster.start() as cluster:
        Path(folder).chmod(0o755)
        bulk._uploads = threading.BoundedSemaphore(options.lanes)  # the lanes share what each server has for itself
        template = Template(Path(folder), cluster)
        make = maker(template)
        if options.again:
            return _again(template, make)
        return _ask(template, make, seed, options)


def _ask(template: Template, make: Maker, seed: int, options: argparse.Namespace) -> int:
    ends, over, alone = time.monotonic() + options.minutes * 60, threading.Event(), threading.Lock()
    starts, found_any = _starts(), 0

    def stop() -> bool:
        return over.is_set() or time.monotonic() > ends

    def lane() -> None:
        nonlocal found_any
        while not stop():
            with alone:
                start = next(starts)
            found = run(template, make, seed, range(start, start + ROUND), stop)
            with alone:
                found_any += len(found.faults)
                _keep(found, options.found)

    with ThreadPoolExecutor(options.lanes) as lanes:
        try:
            for one in [lanes.submit(lane) for _ in range(options.lanes)]:
                one.result()
        finally:
            over.set()
    return 1 if found_any else 0


def _starts() -> Iterator[int]:
    return count(0, ROUND)


def _keep(found: Found, path: Path) -> None:
    """Into the ledger and, what was found, into a file."""
    asked = sum(found.requests.values())
    if not asked:
        return
    shared = {"memory": found.memory, "last": f"{datetime.now(UTC):%Y-%m-%d}", "program": program()}
    runs = {
        engine: {
            "requests": dict(found.requests), "served": found.served, "statuses": dict(found.statuses[engine]),
            "slowest_answer": round(found.slowest[engine], 1), "engine": found.versions[engine], **shared,
        }
        for engine in ENGINES
    }  # fmt: skip
    total = figures.add(runs, [[one["seed"], one["number"], one["wrong"]] for one in found.faults])
    with path.open("a") as kept:
        for one in found.faults:
            kept.write(json.dumps(one, ensure_ascii=False) + "\n")
    wrong = [f"{one['wrong']}: {one['caller']} {one['request'][:150]}" for one in found.faults]
    print("\n".join([f"{asked:,} asked, in all {total:,} on each database: {len(wrong)} found", *wrong]), flush=True)


def _again(template: Template, make: Maker) -> int:
    whole: dict[str, Any] = json.loads(figures.LEDGER.read_text())
    left = []
    for seed, number, wrong in whole[figures.OPEN]:
        found = run(template, make, seed, range(number, number + 1), lambda: False)
        left += [[seed, number, one["wrong"]] for one in found.faults]
        print(seed, number, wrong, "is mended" if not found.faults else f"is still so: {found.faults[0]}", flush=True)
    figures.strike_out(left)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
