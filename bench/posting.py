"""POST /xapi/statements, and beside it, taking turns in the same run, the bare insert of the same rows."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any

from bench import bare, clients, machine
from bench.statements import statement
from lrs.statements.validate import check_statements, decode

WAYS = [(1, 1, 400), (50, 1, 8_000), (500, 1, 20_000), (500, 2, 20_000)]
"""Statements in a batch, clients, Statements in a round."""

SINGLES = 16
"""Clients that post single Statements side by side, against one who does."""

Row = dict[str, Any]


class Numbers:
    """Gives out the numbers of Statements that nobody has posted yet."""

    def __init__(self) -> None:
        self._next = 0

    def take(self, count: int) -> int:
        """The first of `count` numbers."""
        self._next += count
        return self._next - count


def bodies(first: int, count: int, batch: int) -> list[bytes]:
    """The bodies of requests that bring `count` Statements in batches."""
    return [
        json.dumps([statement(number) for number in range(start, start + batch)], ensure_ascii=False).encode()
        for start in range(first, first + count, batch)
    ]


def measure(engine: str, folder: Path, url: str | None, rounds: int, scale: float) -> tuple[list[Row], list[Row]]:
    """Batches beside the bare insert; single Statements of many clients beside those of one. Medians over `rounds`."""
    numbers = Numbers()
    with machine.server(folder, url, alone=True) as server:
        clients.post(server, bodies(numbers.take(1000), 1000, 50), 4)  # warm
        batches = []
        for batch, count_clients, full in WAYS:
            count = max(batch * 8, int(full * scale) // batch * batch)
            limit = bare.on_postgresql(url, count_clients) if url else bare.on_sqlite(folder)
            limit.insert(numbers.take(batch), batch, batch)
            turns = [_turn(server, limit, numbers.take(count), count, batch, count_clients) for _ in range(rounds)]
            batches.append({"engine": engine, "batch": batch, "clients": count_clients, **_medians(turns)})
        singles = [_singles(server, numbers, max(160, int(3_000 * scale))) for _ in range(rounds)]
    return batches, [{"engine": engine, **_medians(singles)}]


def _turn(server: machine.Server, limit: bare.Bare, first: int, count: int, batch: int, clients_: int) -> Row:
    prepared = bodies(first, count, batch)
    bare_seconds, bare_cpu = limit.insert(first, count, batch)
    cpu = machine.cpu_seconds()
    posted = clients.post(server, prepared, clients_)
    return {
        "whole": count / posted.seconds,
        "median_ms": statistics.median(posted.requests) * 1000,
        "cpu_us": (machine.cpu_seconds() - cpu) / count * 1e6,
        "bare": count / bare_seconds,
        "bare_cpu_us": bare_cpu / count * 1e6,
        "ratio": bare_seconds / posted.seconds,
    }


def _singles(server: machine.Server, numbers: Numbers, count: int) -> Row:
    alone = clients.post(server, bodies(numbers.take(count // 4), count // 4, 1), 1)
    many = clients.post(server, bodies(numbers.take(count), count, 1), SINGLES)
    rates = [len(each.requests) / each.seconds for each in (alone, many)]
    return {
        "one": rates[0],
        "one_ms": statistics.median(alone.requests) * 1000,
        "many": rates[1],
        "many_ms": statistics.median(many.requests) * 1000,
        "ratio": rates[1] / rates[0],
    }


def _medians(turns: list[Row]) -> Row:
    """The median of each figure; ratios are of one turn each, so that both sides met the same machine."""
    return {name: statistics.median(turn[name] for turn in turns) for name in turns[0]} | {"turns": turns}


def validation(count: int = 5_000) -> float:
    """CPU microseconds that finding a valid Statement good takes; decoding its JSON is not in it."""
    batches = [decode(body) for body in bodies(0, count, 50)]
    times = []
    for batch in batches:
        began = time.process_time()
        check_statements(batch, version="2.0.0")
        times.append((time.process_time() - began) / len(batch))
    return statistics.median(times) * 1e6
