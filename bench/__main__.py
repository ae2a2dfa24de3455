"""`make bench`: run everything, print the tables, keep the raw figures in bench/results/.

Ratios and medians count: the machine is shared, and the bare insert and the whole way take turns in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import judging, machine, posting
from tests.postgresql import Cluster

BATCHES = {1: 400, 50: 8_000, 500: 20_000}
"""Batch size → Statements posted in one round."""


def measure_posting(engine: str, folder: Path, url: str | None, rounds: int, scale: float) -> list[dict[str, Any]]:
    """For each batch size: `rounds` of bare insert and whole way in turn; medians and the median of the ratios."""
    rows = []
    first = 0
    with machine.server(folder, url) as server:
        posting.post(server, 10_000_000, 200, 50)  # warm
        for batch, count in BATCHES.items():
            count = max(batch * 4, int(count * scale) // batch * batch)
            pairs = []
            for _ in range(rounds):
                bare = (
                    posting.bare_postgresql(url, first, count, batch)
                    if url
                    else posting.bare_sqlite(folder, first, count, batch)
                )
                whole = posting.post(server, first, count, batch)
                pairs.append((whole, bare))
                first += count
            rows.append(
                {
                    "engine": engine,
                    "batch": batch,
                    "whole": statistics.median(pair[0].per_second for pair in pairs),
                    "median_ms": statistics.median(pair[0].median_ms for pair in pairs),
                    "bare": statistics.median(pair[1].per_second for pair in pairs),
                    "ratio": statistics.median(pair[0].per_second / pair[1].per_second for pair in pairs),
                    "rounds": [[asdict(one) for one in pair] for pair in pairs],
                }
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the Statements of a full run")
    options = parser.parse_args()
    console = Console()
    console.print(machine.describe())
    posted: list[dict[str, Any]] = []
    judged: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="cdht-bench-") as name:
        folder = Path(name)
        with Cluster.start(durable=True) as cluster:
            for engine, url in (("SQLite", None), ("PostgreSQL", cluster.create_database("bench"))):
                own = folder / engine
                own.mkdir()
                posted += measure_posting(engine, own, url, options.rounds, options.scale)
            for engine, url in (
                ("SQLite", f"sqlite:///{folder}/judging.sqlite3"),
                ("PostgreSQL", cluster.create_database("judging")),
            ):
                judged.append({"engine": engine, **judging.measure(url, workers=3000, rounds=options.rounds)})
    _show(console, posted, judged)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    made = datetime.now(UTC)
    path = results / f"{made:%Y%m%dT%H%M%SZ}.json"
    path.write_text(
        json.dumps(
            {"machine": machine.describe(), "made": made.isoformat(), "posting": posted, "judging": judged}, indent=1
        )
    )
    console.print(f"Raw figures: {path}")


def _show(console: Console, posted: list[dict[str, Any]], judged: list[dict[str, Any]]) -> None:
    table = Table(
        "engine",
        "batch",
        "Statements/s",
        "median ms a request",
        "bare insert/s",
        "ratio",
        title="POST /xapi/statements, 1 client",
    )
    for row in posted:
        table.add_row(
            row["engine"], str(row["batch"]), f"{row['whole']:,.0f}", f"{row['median_ms']:.1f}",
            f"{row['bare']:,.0f}", f"{row['ratio']:.2f}",
        )  # fmt: skip
    console.print(table)
    table = Table(
        "engine",
        "workers",
        "facts",
        "judging alone, s",
        "read, judge, save, s",
        "again, nothing new, s",
        "roll-up of all, s",
        title="Judging",
    )
    for row in judged:
        table.add_row(
            row["engine"], f"{row['workers']:,}", f"{row['facts']:,}", f"{row['pure']:.2f}", f"{row['assess']:.2f}",
            f"{row['again']:.2f}", f"{row['rollup']:.2f}",
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    main()
