"""`make hostile`: asks the program what nobody should, on both databases, and holds their answers against each other.

    python -m tests.faults.hostile --minutes N [--seed S] [--statements] [--again]

No answer is a 5xx, both engines give the same status and kind, and none takes long. Every round is added to the ledger
when it is over, so a run may be ended at any time and another goes on. Ends with 1 where anything was found; it is
written into a file, with the request as it was. `--again` asks once more for what was found before, and strikes out
what is mended. `--statements` sends valid Statements by chance instead, and the same with one break in them: the valid
come back equal, of the others nothing is stored.

Nearly all the time is the program's own, so the lanes are processes: one would keep one core busy and no more.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.faults.hostile import figures
from tests.faults.hostile.round import OF_STATEMENTS, ROUND, Found, maker, run, run_statements
from tests.faults.hostile.statements import drawn
from tests.faults.hostile.twins import ENGINES, Template
from tests.faults.ledger.round import program
from tests.postgresql import Cluster, end_with_parent

BATCHES = 20
"""Of Statements, to one pair of databases."""

CARELESS = {"synchronous_commit": "off", "autovacuum": "off"}
"""How PostgreSQL is set: each database is thrown away after some minutes."""

SHM = Path("/dev/shm")  # noqa: S108 — a folder of our own is made inside it


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.hostile", description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=30, help="how long to ask (default 30)")
    parser.add_argument("--lanes", type=int, default=4, help="pairs of databases asked at once (default 4)")
    parser.add_argument("--seed", type=int, help="of what chance does")
    parser.add_argument(
        "--found", type=Path, default=Path("hostile-found.jsonl"), help="where what was found is written"
    )
    parser.add_argument("--statements", action="store_true", help="valid Statements, and one break in them")
    parser.add_argument("--again", action="store_true", help="ask once more for what was found before")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended; what was asked before this round is in the ledger"))
    seed = random.randrange(2**32) if options.seed is None else options.seed
    print(f"chance: {seed}", flush=True)
    with (
        tempfile.TemporaryDirectory(dir=SHM, prefix="cdht-hostile-") as folder,
        Cluster.start(settings=CARELESS) as cluster,
    ):
        Path(folder).chmod(0o755)
        template = Template(Path(folder), cluster)
        if options.again:
            return _again(template)
        if options.statements:
            drawn(seed)
            return _ask(template, _sending(template, seed), options)
        return _ask(template, _asking(template, seed), options)


Round = Callable[[int, Callable[[], bool]], Found]
"""The round of this number, until it is told to stop."""


def _asking(template: Template, seed: int) -> Round:
    make = maker(template)
    return lambda number, stop: run(template, make, seed, range(number * ROUND, (number + 1) * ROUND), stop)


def _sending(template: Template, seed: int) -> Round:
    return lambda number, stop: run_statements(template, seed, range(number * BATCHES, (number + 1) * BATCHES), stop)


def _ask(template: Template, a_round: Round, options: argparse.Namespace) -> int:
    """Each lane takes the next round when it is done with one: a process that is copied from this one, with all that
    was made ready."""
    ends, processes = time.monotonic() + options.minutes * 60, get_context("fork")
    rounds, alone, found_any = processes.Value("q", 0), processes.Lock(), processes.Value("q", 0)

    def stop() -> bool:
        return time.monotonic() > ends

    def lane() -> None:
        end_with_parent()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # and its servers end with it
        template.connect()
        while not stop():
            with rounds:
                number = rounds.value
                rounds.value += 1
            found = a_round(number, stop)
            with alone:
                found_any.value += len(found.faults)
                _keep(found, options.found)

    gc.collect()
    gc.freeze()
    lanes = [processes.Process(target=lane) for _ in range(options.lanes)]
    try:
        for one in lanes:
            one.start()
        for one in lanes:
            one.join()
    finally:
        for one in lanes:
            one.terminate()
            one.join()
    return 1 if found_any.value or any(one.exitcode for one in lanes) else 0


def _keep(found: Found, path: Path) -> None:
    """Into the ledger and, what was found, into a file."""
    asked, sent = sum(found.requests.values()), found.valid + found.broken
    if not asked + sent + len(found.faults):
        return
    shared = {"last": f"{datetime.now(UTC):%Y-%m-%d}", "program": program()}
    runs: dict[str, dict[str, Any]] = {
        engine: {"engine": found.versions[engine], **shared}
        | ({"valid": found.valid, "broken": found.broken} if sent else {})
        | ({
            "requests": dict(found.requests), "served": found.served, "statuses": dict(found.statuses[engine]),
            "slowest_answer": round(found.slowest[engine], 1), "memory": found.memory,
        } if asked else {})
        for engine in ENGINES
    }  # fmt: skip
    wrong_ones = [
        [
            one["seed"],
            one["number"],
            one["wrong"],
            *([OF_STATEMENTS] if one["kind"] == OF_STATEMENTS else []),
        ]
        for one in found.faults
    ]
    total = figures.add(runs, wrong_ones)
    with path.open("a") as kept:
        for one in found.faults:
            kept.write(json.dumps(one, ensure_ascii=False) + "\n")
    print(f"{asked or sent:,} asked, in all {total:,} on each database: {len(found.faults)} found", flush=True)
    for one in found.faults:
        print(f"{one['wrong']}: {one.get('caller', '')} {one.get('request', '')[:150]}", flush=True)


def _again(template: Template) -> int:
    whole: dict[str, Any] = json.loads(figures.LEDGER.read_text())
    left, make = [], maker(template)
    for seed, number, wrong, *kind in whole[figures.OPEN]:
        one_alone = range(number, number + 1)
        if kind:
            found = run_statements(template, seed, one_alone, lambda: False)
        else:
            found = run(template, make, seed, one_alone, lambda: False)
        left += [[seed, number, one["wrong"], *kind] for one in found.faults]
        print(seed, number, wrong, "is mended" if not found.faults else f"is still so: {found.faults[0]}", flush=True)
    figures.strike_out(left)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
