"""Figures of this process and of those beside it: what was counted, added up over all processes of the machine.

Each process counts in memory and writes its counts into a file of its own in one folder, every two seconds at most and
when it ends; whoever is asked reads the files of the others. So a process that is killed takes two seconds of counts
with it, and no request waits for a disk. The server empties the folder when it starts.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

__all__ = ["COUNTED", "FOLDER", "CountingHandler", "Figures", "Kind", "Sample", "empty", "exposition"]

FOLDER = "figures"
"""In the data folder: one file for each process."""

EVERY = 2.0
"""Seconds between two writings at least."""

BOUNDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds of the parts that durations fall into, in seconds."""

OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
LOGGERS = frozenset({"lrs", "certification", "wsgi", "_granian", "sqlalchemy", "alembic"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """A figure by its name, what it is ("counter", "gauge" or "histogram") and what it says."""

    name: str
    kind: str
    help: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a figure; `suffix` is appended to its name (of the parts of a histogram)."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: float
    suffix: str = ""


REQUESTS = Kind("cdht_requests_total", "counter", "Requests answered, by template of the address, method and status.")
SECONDS = Kind("cdht_request_seconds", "histogram", "How long answers took, by template of the address.")
MESSAGES = Kind("cdht_log_messages_total", "counter", "Warnings and errors in the log, by part of the program.")
SLOW = Kind("cdht_slow_queries_total", "counter", "SQL commands that took longer than SLOW_QUERY_MS.")
CONNECTIONS = Kind("cdht_pool_connections", "gauge", "Connections that web processes and judging hold, by use.")
PROCESSES = Kind("cdht_processes", "gauge", "Processes that wrote their counts within the last minute.")
COUNTED = (REQUESTS, SECONDS, MESSAGES, SLOW, CONNECTIONS, PROCESSES)
"""What processes count themselves."""

_Key = tuple[str, tuple[tuple[str, str], ...]]


class _Kept(msgspec.Struct):
    """A process's counts as they lie on disk: by name and labels, a value; of histograms each part and the sum."""

    at: float
    counts: list[tuple[str, list[tuple[str, str]], float]]
    parts: list[tuple[str, list[tuple[str, str]], list[float]]]
    gauges: list[tuple[str, list[tuple[str, str]], float]]


class Figures:
    """What one process counts. Any thread may call any method."""

    def __init__(self, data_dir: Path, connections: Callable[[], Mapping[str, int]] = dict) -> None:
        self._folder = data_dir / FOLDER
        self._connections = connections
        self._lock = threading.Lock()
        self._counts: dict[_Key, float] = defaultdict(float)
        self._parts: dict[_Key, list[float]] = {}
        self._own = f"{os.getpid()}-{time.time_ns():x}.json"
        self._process = os.getpid()

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """One answer. `route` is the template of the address, never the address."""
        method = method if method in METHODS else OTHER
        labels = (("method", method), ("route", route), ("status", str(status)))
        with self._lock:
            self._counts[REQUESTS.name, labels] += 1
            parts = self._parts.setdefault((SECONDS.name, (("route", route),)), [0.0] * (len(BOUNDS) + 2))
            parts[next((at for at, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1
            parts[-1] += seconds

    def count_message(self, logger: str, level: str) -> None:
        """One line of the log that is a warning or worse."""
        part = logger.split(".")[0]
        part = ".".join(logger.split(".")[:2]) if part in ("lrs", "certification") else part
        known = part.split(".")[0] in LOGGERS
        with self._lock:
            self._counts[MESSAGES.name, (("level", level), ("part", part if known else OTHER))] += 1

    def count_messages(self) -> None:
        """From now on count what this process logs."""
        logging.getLogger().addHandler(CountingHandler(self))

    def count_slow_query(self) -> None:
        """One SQL command that took too long."""
        with self._lock:
            self._counts[SLOW.name, ()] += 1

    def write(self) -> None:
        """Write what was counted into this process's file. A folder that takes no file stops nothing."""
        if os.getpid() != self._process:  # forked after it was made: a process of its own
            self._process, self._own = os.getpid(), f"{os.getpid()}-{time.time_ns():x}.json"
        content = msgspec.json.encode(self._state())
        with contextlib.suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            part = self._folder / f"{self._own}.part"
            part.write_bytes(content)
            part.replace(self._folder / self._own)

    def keep_writing(self, *, stop: threading.Event) -> None:
        """Write again and again until `stop` is set, and then once more."""
        stopped = False
        while not stopped:
            stopped = stop.wait(EVERY)
            self.write()

    def samples(self) -> Iterator[Sample]:
        """All that this process and those beside it counted, added up."""
        present = time.time()
        counts: dict[_Key, float] = defaultdict(float)
        parts: dict[_Key, list[float]] = {}
        gauges: dict[_Key, float] = defaultdict(float)
        living = 0
        for kept in self._all():
            is_alive = present - kept.at < 60
            living += is_alive
            for name, labels, value in kept.counts:
                counts[name, _labels(labels)] += value
            for name, labels, values in kept.parts:
                known = parts.setdefault((name, _labels(labels)), [0.0] * len(values))
                parts[name, _labels(labels)] = [old + new for old, new in zip(known, values, strict=True)]
            for name, labels, value in kept.gauges if is_alive else ():
                gauges[name, _labels(labels)] += value
        for key, value in sorted([*counts.items(), *gauges.items()]):
            yield Sample(*key, value)
        for key, values in sorted(parts.items()):
            yield from _histogram(*key, values)
        yield Sample(PROCESSES.name, (), living)

    def _all(self) -> Iterator[_Kept]:
        yield self._state()
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            if path.name != self._own:
                try:
                    yield msgspec.json.decode(path.read_bytes(), type=_Kept)
                except (OSError, msgspec.DecodeError):
                    log.info("%s cannot be read and is left out", path.name)

    def _state(self) -> _Kept:
        connections = self._connections()
        with self._lock:
            return _Kept(
                time.time(),
                [(name, list(labels), value) for (name, labels), value in self._counts.items()],
                [(name, list(labels), list(values)) for (name, labels), values in self._parts.items()],
                [(CONNECTIONS.name, [("use", use)], value) for use, value in connections.items()],
            )


class CountingHandler(logging.Handler):
    """Counts what is logged as a warning or worse."""

    def __init__(self, figures: Figures) -> None:
        super().__init__(logging.WARNING)
        self._figures = figures

    def emit(self, record: logging.LogRecord) -> None:
        self._figures.count_message(record.name, record.levelname.lower())


def empty(data_dir: Path) -> None:
    """Forget what earlier processes counted: a server begins. Only while none runs over the same folder."""
    for path in (data_dir / FOLDER).glob("*.json*"):
        path.unlink(missing_ok=True)


def exposition(kinds: Iterable[Kind], samples: Iterable[Sample]) -> str:
    """The text form that Prometheus reads (version 0.0.4): every kind with what it says, then its values."""
    by_name: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_name[sample.name].append(sample)
    lines = []
    for kind in kinds:
        lines += [f"# HELP {kind.name} {kind.help}", f"# TYPE {kind.name} {kind.kind}"]
        for one in by_name.pop(kind.name, []):
            labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in one.labels)
            lines.append(f"{kind.name}{one.suffix}{'{' + labels + '}' if labels else ''} {_number(one.value)}")
    if by_name:
        raise ValueError(f"of no kind that is declared: {', '.join(sorted(by_name))}")
    return "\n".join([*lines, ""])


def _histogram(name: str, labels: tuple[tuple[str, str], ...], values: list[float]) -> Iterator[Sample]:
    so_far = 0.0
    for bound, value in zip((*BOUNDS, "+Inf"), values, strict=False):
        so_far += value
        yield Sample(name, (*labels, ("le", str(bound))), so_far, "_bucket")
    yield Sample(name, labels, values[-1], "_sum")
    yield Sample(name, labels, so_far, "_count")


def _labels(kept: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in kept)


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
