"""`make faults`: the long tier. Writes through the real server, kills it, and holds its own book against the store.

    python -m tests.faults.ledger --engine sqlite|postgresql --minutes N [--calm SECONDS] [--folder FOLDER]

It goes by rounds of some minutes, each over a fresh store and each added to the ledger when it was compared. A rig that
is killed leaves its round in the folder; the next one there compares that round first. Ends with 1 and leaves the
folder where anything was lost, doubled, there by half or answered wrongly.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from pathlib import Path

from tests.faults.ledger import figures
from tests.faults.ledger.round import CALM, Round

SHM = Path("/dev/shm")  # noqa: S108 — a folder of our own is made inside it


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.ledger", description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=list(figures.ENGINES), action="append", help="default: one after the other")
    parser.add_argument("--minutes", type=float, default=30, help="how long to write, for each engine (default 30)")
    parser.add_argument("--round", type=float, default=5, help="minutes after which it is compared (default 5)")
    parser.add_argument(
        "--calm", type=float, default=CALM, help=f"seconds between two kills, at most (default {CALM:g})"
    )
    parser.add_argument("--folder", type=Path, default=SHM, help="where stores and books lie meanwhile")
    parser.add_argument("--ledger", type=Path, default=figures.LEDGER, help="the ledger to add to")
    parser.add_argument("--seed", type=int, help="of what chance does")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended; run again to compare what was written"))
    seed = random.randrange(2**32) if options.seed is None else options.seed
    chance = random.Random(seed)
    print(f"chance: {seed}", flush=True)
    for engine in options.engine or list(figures.ENGINES):
        if not _run(engine, options, chance):
            return 1
    return 0


def _run(engine: str, options: argparse.Namespace, chance: random.Random) -> bool:
    """Rounds until the time is over; whether all of them were without fault."""
    ends = time.monotonic() + options.minutes * 60
    folder = (options.folder / f"cdht-ledger-{engine}").resolve()
    while True:
        one = Round(engine, folder)
        if one.was_begun:
            print(f"{engine}: comparing what an earlier run left in {folder}", flush=True)
            run = one.finish()
        elif time.monotonic() >= ends:
            one.remove()
            return True
        else:
            seconds = min(options.round * 60, ends - time.monotonic())
            run = one.run(seconds, chance, options.calm)
        wrong = run.pop("wrong", [])
        page = figures.PAGE if options.ledger == figures.LEDGER else options.ledger.with_suffix(".md")
        total = figures.add(engine, run, options.ledger, page)
        faults = {name: run[name] for name in figures.FAULTS if run.get(name)}
        if not run["evaluations"]:
            faults["evaluation other than rebuilt"] = 1
        print(
            f"{engine}: {sum(run['acknowledged'].values()):,} acknowledged, {sum(run['kills'].values())} kills;"
            f" in all {sum(total['acknowledged'].values()):,}, {sum(total['kills'].values()):,} kills:"
            f" {faults or 'nothing lost, doubled, by half or changed'}",
            flush=True,
        )
        if faults:
            print("\n".join([*wrong, f"store, books and logs are left in {folder}"]), flush=True)
            return False
        one.remove()


if __name__ == "__main__":
    sys.exit(main())
