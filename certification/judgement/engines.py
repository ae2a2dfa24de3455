"""What works on a whole population, batch by batch: this process, children of it, or Spark (`on_spark`).

What is asked of each batch reads and works out, and writes nothing: whoever dies over a batch is followed by another
that is asked the same. So every engine gives the same answers, in the order of the batches.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, Protocol, TypeVar
from uuid import UUID

from certification.errors import CertificationError
from lrs.db import Database

__all__ = ["BATCH", "Ask", "BuiltIn", "Engine", "EngineFailed", "batches_of", "collect_seldom"]

Answer = TypeVar("Answer")
Ask = Callable[[Database, Sequence[UUID]], Answer]
"""What is asked of a batch. It travels to other processes: a function of a module, or a `functools.partial` of one."""

BATCH = 1000
"""Workers worked on at a time, and kept in one transaction."""

ALONE = 10_000
"""Up to so many workers starting children costs more than it saves."""


class EngineFailed(CertificationError):
    """An engine that is not there, or that gave up; says what to do."""


class Engine(Protocol):
    """Asks of every batch, on databases of its own, and gives the answers in the order of the batches.

    Raises what the asking raises, and EngineFailed.
    """

    def __call__(self, database: Database, ask: Ask[Answer], batches: Sequence[Sequence[UUID]]) -> Iterator[Answer]: ...


def batches_of(worker_ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    """The workers in batches, in the order in which they come."""
    return [worker_ids[start : start + BATCH] for start in range(0, len(worker_ids), BATCH)]


class BuiltIn:
    """This process and `processes` children (None: as many as there are processors, for a small number of workers not
    any)."""

    def __init__(self, processes: int | None = None) -> None:
        self.processes = processes

    def __call__(self, database: Database, ask: Ask[Answer], batches: Sequence[Sequence[UUID]]) -> Iterator[Answer]:
        processes = self.processes
        if processes is None:
            processes = 0 if sum(map(len, batches)) <= ALONE else os.cpu_count() or 1
        if processes:
            return _by_children(database, ask, batches, processes)
        return (ask(database, batch) for batch in batches)


def collect_seldom() -> None:
    """Have memory seldom searched for objects that refer to each other in a circle: a batch makes hundreds of
    thousands, none of which do, and looking at them again and again takes a third of the time."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


# ---------------------------------------------------------------- children

_own: Database | None = None
"""A child's database."""


def _by_children(
    database: Database, ask: Ask[Answer], batches: Sequence[Sequence[UUID]], processes: int
) -> Iterator[Answer]:
    """The answers in order, with no more of them waiting than the children need to stay busy."""
    url = database.url.render_as_string(hide_password=False)
    started = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=started, initializer=_begin, initargs=(url,)) as children:
        waiting: list[Future[Answer]] = []
        try:
            for batch in batches:
                waiting.append(children.submit(_there, ask, batch))
                if len(waiting) > 2 * processes:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for one in waiting:
                one.cancel()


def _begin(url: str) -> None:
    global _own
    _own = Database(url)
    collect_seldom()


def _there(ask: Ask[Any], batch: Sequence[UUID]) -> Any:
    if _own is None:
        raise RuntimeError("a child works with a database of its own")
    return ask(_own, batch)
