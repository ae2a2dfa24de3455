"""`make bench`: measure, print tables, keep the raw figures in bench/results/.

Ratios and medians count: the machine is shared, so what is compared takes turns in the same run.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import (
    acts,
    attainment,
    certificates,
    freshness,
    growth,
    judging,
    load,
    machine,
    memory,
    pages,
    papers,
    posting,
    reports,
    rosters,
    sizes,
    status,
    transcripts,
)
from tests.postgresql import Cluster

SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB", "wal_compression": "on"}
"""Of PostgreSQL, as docs/operate.md advises."""

PARTS = (
    "posting",
    "growth",
    "memory",
    "judging",
    "freshness",
    "status",
    "attainment",
    "rosters",
    "transcripts",
    "papers",
    "reports",
    "certificates",
    "pages",
    "sizes",
    "acts",
    "load",
)
ENGINES = ("SQLite", "PostgreSQL")
COUNTS = {"SQLite": (10_000, 400_000), "PostgreSQL": (10_000, 1_000_000)}
"""Statements in the small store and in the big one of `growth`."""

COUNTED = 200_000
"""Workers up to whom rates are counted from the rows too."""

Rows = list[dict[str, Any]]


class Bench:
    """One run: its options, its folder, its PostgreSQL."""

    def __init__(self, options: argparse.Namespace, folder: Path, cluster: Cluster) -> None:
        self._options = options
        self._folder = folder
        self._cluster = cluster

    def run(self, part: str) -> dict[str, Rows]:
        """The figures of one part, by table."""
        measured: dict[str, Rows] = {}
        for engine in self._options.engine:
            for table, rows in getattr(self, f"_{part}")(engine).items():
                measured.setdefault(table, []).extend(rows)
        return measured

    def _posting(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"posting-{engine}")
        url = self._cluster.create_database("posting") if engine == "PostgreSQL" else None
        batches, singles = posting.measure(engine, folder, url, self._options.rounds, self._options.scale)
        return {"posting": batches, "singles": singles}

    def _growth(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"growth-{engine}")
        small, big = COUNTS[engine]
        big = max(20_000, int(big * self._options.scale))
        turns = growth.TURNS if engine == "PostgreSQL" else max(2, int(2 * growth.TURNS * self._options.scale))
        urls = (self._url(engine, folder, "small"), self._url(engine, folder, "big"))
        found = growth.measure(engine, folder, urls, (small, big), turns)
        return {"growth": [found], "lists": [{"engine": engine, **row} for row in found.pop("lists")]}

    def _memory(self, engine: str) -> dict[str, Rows]:
        url = self._cluster.create_database("memory") if engine == "PostgreSQL" else None
        lines = max(10_000, int(1_000_000 * self._options.scale))
        return {"memory": [memory.measure(engine, self._folder / f"memory-{engine}", url, lines)]}

    def _judging(self, engine: str) -> dict[str, Rows]:
        url = self._url(engine, self._own(f"judging-{engine}"), "judging")
        measured = judging.measure(url, workers=max(2000, int(1_000_000 * self._options.scale)), rounds=2)
        return {"judging": [{"engine": engine, **measured}]}

    def _freshness(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"freshness-{engine}")
        url = self._url(engine, folder, "freshness")
        workers, seconds = max(2000, int(100_000 * self._options.scale)), max(10, int(60 * self._options.scale))
        return {"freshness": freshness.measure(engine, folder, url, workers=workers, seconds=seconds)}

    def _status(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"status-{engine}")
        url = self._url(engine, folder, "status")
        return {"status": status.measure(engine, folder, url, workers=max(2000, int(100_000 * self._options.scale)))}

    def _transcripts(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"transcripts-{engine}")
        return {"transcripts": transcripts.measure(engine, folder, self._url(engine, folder, "transcripts"))}

    def _attainment(self, engine: str) -> dict[str, Rows]:
        url = self._url(engine, self._own(f"attainment-{engine}"), "attainment")
        workers = max(2000, int(1_000_000 * self._options.scale))
        measured = attainment.measure(url, workers=workers, count_rows=workers <= COUNTED)
        return {"attainment": [{"engine": engine, **measured}]}

    def _rosters(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"rosters-{engine}")
        urls = {name: self._url(engine, folder, f"rosters_{name}") for name in ("csv", "xlsx", "bare")}
        return {"rosters": rosters.measure(engine, folder, urls, max(2_000, int(100_000 * self._options.scale)))}

    def _papers(self, engine: str) -> dict[str, Rows]:
        url = self._url(engine, self._own(f"papers-{engine}"), "papers")
        return {
            "papers": [{"engine": engine, **papers.measure(url, enterprises=max(20, int(1000 * self._options.scale)))}]
        }

    def _reports(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"reports-{engine}")
        units = max(100, int(3000 * self._options.scale))
        return {"reports": reports.measure(engine, folder, self._url(engine, folder, "reports"), units=units)}

    def _certificates(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"certificates-{engine}")
        url = self._url(engine, folder, "certificates")
        many = max(20, int(1000 * self._options.scale))
        return {"certificates": [certificates.measure(engine, folder, url, certificates=many)]}

    def _pages(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"pages-{engine}")
        url = self._url(engine, folder, "pages")
        return {"pages": pages.measure(engine, folder, url, workers=max(2_000, int(100_000 * self._options.scale)))}

    def _sizes(self, engine: str) -> dict[str, Rows]:
        url = self._url(engine, self._own(f"sizes-{engine}"), "sizes")
        measured = sizes.measure(url, workers=max(2_000, int(100_000 * self._options.scale)))
        return {"sizes": [{"engine": engine, **row} for row in measured]}

    def _acts(self, engine: str) -> dict[str, Rows]:
        url = self._url(engine, self._own(f"acts-{engine}"), "acts")
        measured = acts.measure(url, acts=max(400, int(10_000 * self._options.scale)))
        return {"acts": [{"engine": engine, **row} for row in measured]}

    def _load(self, engine: str) -> dict[str, Rows]:
        folder = self._own(f"load-{engine}")
        workers = max(2_000, int(100_000 * self._options.scale))
        return load.measure(
            engine, folder, self._url(engine, folder, "load"), workers=workers, minutes=self._options.minutes
        )

    def _own(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder

    def _url(self, engine: str, folder: Path, name: str) -> str:
        return self._cluster.create_database(name) if engine == "PostgreSQL" else f"sqlite:///{folder}/{name}.sqlite3"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts to run, by commas (of {', '.join(PARTS)})")
    parser.add_argument("--engine", choices=ENGINES, nargs="+", default=ENGINES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the Statements of a full run")
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long `load` keeps up each load (60)")
    options = parser.parse_args()
    parts = [part.strip() for part in options.only.split(",")]
    if unknown := set(parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    console = Console()
    console.print(machine.describe())
    measured: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory(prefix="cdht-bench-") as name,
        Cluster.start(durable=True, settings=SETTINGS) as cluster,
    ):
        bench = Bench(options, Path(name), cluster)
        for part in parts:
            for table, rows in bench.run(part).items():
                measured[table] = rows
                show(console, table, rows)
    measured["validation"] = posting.validation()
    console.print(f"Checking a valid Statement: {measured['validation']:.1f} µs of CPU")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    made = datetime.now(UTC)
    path = results / f"{made:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps({"machine": machine.describe(), "made": made.isoformat(), **measured}, indent=1))
    console.print(f"Raw figures: {path}")


Cell = Callable[[dict[str, Any]], str]


def _number(name: str, digits: int = 0) -> Cell:
    return lambda row: f"{row[name]:,.{digits}f}"


def _text(name: str) -> Cell:
    return lambda row: str(row[name])


def _growing(name: str, digits: int = 0) -> Cell:
    return lambda row: f"{row['posting'][name]:,.{digits}f}"


def _shares(name: str) -> Cell:
    return lambda row: " / ".join(f"{row[f'{name}_{share}']:,.0f}" for share in (50, 95, 99))


def _with_cpu(name: str) -> Cell:
    return lambda row: f"{row[name]:.1f} ({row[f'{name}_cpu']:.1f})"


def _pair(first: str, second: str) -> Cell:
    return lambda row: f"{row[first]:,.1f} / {row[second]:,.1f}"


def _windows(row: dict[str, Any]) -> str:
    windows = row["windows"]
    return " / ".join(f"{one:,.0f}" for one in (windows[0], max(windows), windows[-1]))


def _change(name: str, digits: int = 0) -> Cell:
    return lambda row: " → ".join(f"{one:,.{digits}f}" for one in row[name])


ANSWERED: Sequence[tuple[str, Cell]] = [
    ("requests", _number("requests")), ("p50", _number("p50", 1)), ("p95", _number("p95", 1)),
    ("p99", _number("p99", 1)), ("most", _number("most")), ("told to wait", _number("later")),
    ("errors", _number("errors")),
]  # fmt: skip

TABLES: dict[str, tuple[str, Sequence[tuple[str, Cell]]]] = {
    "steady": (
        f"{load.PACE} Statements/s by tens, {load.LOOKING} people, a report opened again and again; ms",
        [
            ("engine", _text("engine")), ("minutes", _number("minutes", 1)), ("posted, /s", _number("pace")), *ANSWERED,
            ("pages p50", _number("pages_p50")), ("p99", _number("pages_p99")), ("report p50", _number("report_p50")),
            ("MB, first and last fifth", _change("megabytes")), ("open files", _change("handles")),
            ("lost", _number("lost")), ("unasked", _number("unasked")), ("cores", _number("cpu", 2)),
        ],
    ),
    "bursts": (
        "Clients that never rest; ms",
        [
            ("engine", _text("engine")), ("minutes", _number("minutes", 1)), ("a request", _text("each")),
            ("clients", _text("clients")), ("acknowledged, /s", _number("pace")), *ANSWERED, ("lost", _number("lost")),
            ("unasked", _number("unasked")),
        ],
    ),
    "shares": (
        f"A tenant that posts ten Statements {load.MODEST:.0f} times a second, and who is beside it; ms",
        [
            ("engine", _text("engine")), ("beside", _text("beside")), ("these had, /s", _number("taken")), *ANSWERED,
            ("p99, ratio", _number("ratio", 1)),
        ],
    ),
    "sizes": (
        "What each takes in the database",
        [
            ("engine", _text("engine")), ("each", _text("kind")), ("there are", _number("count")),
            ("bytes", _number("bytes")), ("of that indexes", lambda row: f"{row['indexes']:.0%}"),
        ],
    ),
    "posting": (
        "POST /xapi/statements beside the bare insert of the same rows",
        [
            ("engine", _text("engine")), ("batch", _text("batch")), ("clients", _text("clients")),
            ("Statements/s", _number("whole")), ("median ms a request", _number("median_ms", 1)),
            ("bare insert/s", _number("bare")), ("ratio", _number("ratio", 2)),
            ("CPU µs", _number("cpu_us")), ("bare", _number("bare_cpu_us")),
        ],
    ),
    "singles": (
        f"Single Statements: {posting.SINGLES} clients beside one",
        [
            ("engine", _text("engine")), ("1 client, /s", _number("one")), ("median ms", _number("one_ms", 1)),
            (f"{posting.SINGLES} clients, /s", _number("many")), ("median ms", _number("many_ms", 1)),
            ("ratio", _number("ratio", 1)),
        ],
    ),
    "growth": (
        "Posting batches of 500 to a small store and to a big one, and `more` over the big one",
        [
            ("engine", _text("engine")), ("stored", lambda row: "{:,} / {:,}".format(*row["counts"])),
            ("small, /s", _growing("small")), ("big, /s", _growing("big")), ("ratio", _growing("ratio", 2)),
            (f"more over {growth.OVER:,}, /s", _growing("more")),
        ],
    ),
    "lists": (
        f"Lists of at most {growth.LIMIT}: server time, median",
        [
            ("engine", _text("engine")), ("list by", _text("list")),
            ("rows", lambda row: "{} / {}".format(*row["rows"])), ("small, ms", _number("small_ms", 2)),
            ("big, ms", _number("big_ms", 2)), ("ratio", _number("ratio", 2)),
        ],
    ),
    "memory": (
        "Memory of the largest process (PSS), MB",
        [
            ("engine", _text("engine")), ("at rest", _number("rest")), ("batches of 500", _number("loading")),
            ("bulk upload", _number("bulk")), ("lines", _number("lines")), ("lines/s", _number("lines_per_second")),
        ],
    ),
    "judging": (
        "Everybody judged and saved beside bare counts in SQL, as many processes as processors",
        [
            ("engine", _text("engine")), ("workers", _number("workers")), ("facts", _number("facts")),
            ("counts in SQL, s", _number("bare", 2)), ("CPU", _number("bare_cpu", 2)),
            ("judging alone, s", _number("pure", 2)), ("read, judge, save, s", _number("assess", 2)),
            ("CPU", _number("assess_cpu", 2)), ("ratio", _number("ratio", 1)), ("MB", _number("memory")),
            ("again, s", _number("again", 2)), ("CPU", _number("again_cpu", 2)),
        ],
    ),
    "freshness": (
        f"From the answer to a POST until judgement and sums include it, ms (p50 / p95 / p99), {freshness.A_SECOND} /s",
        [
            ("engine", _text("engine")), ("workers", _number("workers")), ("a request", _text("each")),
            ("clients", _text("clients")), ("posted, /s", _number("pace")), ("POST, ms", _number("post_ms", 1)),
            *((name, _shares(name)) for name in ("followed", "judged", "counted")),
            ("first, worst, last 5 s", _windows), ("cores used", _number("cpu", 2)),
        ],
    ),
    "status": (
        "Status of workers, over HTTP, ms",
        [
            ("engine", _text("engine")), ("workers", _number("workers")), ("asked for", _text("question")),
            ("times", _text("asked")), ("p50", _number("p50", 1)), ("p95", _number("p95", 1)),
            ("p99", _number("p99", 1)), ("CPU", _number("cpu_ms", 1)), ("answer, kB", _number("kilobytes")),
        ],
    ),
    "reports": (
        "Opening reports over HTTP, four at a time without a rest, ms",
        [
            ("engine", _text("engine")), ("opens", _text("opens")), ("times", _number("opened")),
            ("errors", _number("errors")), ("in all, s", _number("seconds", 1)), ("median", _number("median_ms", 1)),
            ("p95", _number("p95_ms", 1)), ("most", _number("most_ms", 1)), ("CPU", _number("cpu_ms", 1)),
        ],
    ),
    "transcripts": (
        f"Transcripts of an enterprise of {transcripts.THOUSAND:,}, over HTTP, one part",
        [
            ("engine", _text("engine")), ("pull", _text("pull")), ("transcripts", _number("transcripts")),
            ("seconds", _number("seconds", 2)), ("CPU, s", _number("cpu", 2)), ("MB", _number("megabytes", 1)),
        ],
    ),
    "attainment": (
        "Rates: making the summaries, every target of a unit, all counted from the rows, settling what changed",
        [
            ("engine", _text("engine")), ("workers", _number("workers")), ("made, s", _number("made", 1)),
            ("CPU, s", _number("made_cpu", 1)),
            ("a unit today, ms", _number("today_ms", 1)), ("past day, ms", _number("past_ms", 1)),
            ("slowest, ms", _number("slowest_ms", 1)), ("the whole today, ms", _number("root_ms", 1)),
            ("counted from rows, s", _number("rows", 2)), ("200 changed, ms", _number("settle_ms", 0)),
        ],
    ),
    "pages": (
        "Pages that somebody of each role comes to by clicking, over HTTP, ms",
        [
            ("engine", _text("engine")), ("page", _text("page")), ("by", _text("by")),
            ("addresses", _number("addresses")), ("median", _number("p50", 1)), ("p95", _number("p95", 1)),
            ("most", _number("most", 1)), ("CPU", _number("cpu_ms", 1)), ("faults", _text("faults")),
        ],
    ),
    "certificates": (
        "Certificates of one decision: seconds by the clock / of CPU; looked up over HTTP, ms (p50 / p99)",
        [
            ("engine", _text("engine")), ("certificates", _number("certificates")),
            *((name, _pair(f"{name}_s", f"{name}_cpu")) for name in ("number", "sign", "draw")),
            ("first look-up", _pair("first_p50", "first_p99")), ("again", _pair("again_p50", "again_p99")),
            ("page", _pair("page_p50", "page_p99")),
        ],
    ),
    "rosters": (
        "Taking in a roster beside the bare insert of the same rows",
        [
            ("engine", _text("engine")), ("file", _text("kind")), ("rows", _number("rows")),
            ("first time, s", _number("seconds", 1)), ("again, s", _number("again", 1)),
            ("first time, CPU s", _number("cpu", 1)), ("memory, MB", _number("memory")),
            ("bare insert, s", _number("bare", 1)), ("ratio", _number("ratio", 1)),
        ],
    ),
    "papers": (
        "The report of a province: its figures, and each paper drawn, s (of CPU)",
        [
            ("engine", _text("engine")), ("enterprises", _number("enterprises")), ("workers", _number("workers")),
            *((name, _with_cpu(name)) for name in ("figures", "docx", "pdf", "xlsx", "whole")),
        ],
    ),
}  # fmt: skip
"""Title and columns of each table."""


def show(console: Console, name: str, rows: Rows) -> None:
    """Print one table."""
    title, columns = TABLES[name]
    table = Table(*(heading for heading, _ in columns), title=title)
    for row in rows:
        table.add_row(*(cell(row) for _, cell in columns))
    console.print(table)


if __name__ == "__main__":
    main()
