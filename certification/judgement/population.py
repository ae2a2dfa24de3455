"""Judging everybody: a whole population for a year, in batches, on as many processors as there are.

Children read and judge, the parent keeps what is new, batch by batch: a run that is killed has kept what it had kept,
and the next one finds it there and goes on. What somebody else keeps of a worker meanwhile stands.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from certification.judgement import assessments
from certification.judgement.assessments import Batch, Row
from lrs.db import Database

__all__ = ["BATCH", "Judged", "judge_everybody"]

BATCH = 1000
"""Workers judged by one child and kept in one transaction."""

ALONE = 10_000
"""Up to so many workers starting children costs more than it saves."""


@dataclass(slots=True)
class Judged:
    """How many workers were judged, how many of them are new versions, and how many had which outcome."""

    workers: int = 0
    new: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Task:
    """What a child is told of all its batches."""

    tenant: UUID
    programme: str
    year: int
    as_of: date


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a child says of a batch: the results, what place had been reached before, and the watermark."""

    found: Sequence[tuple[int, UUID, str, int, bytes, str | None]]
    """As `Row`, of the worker at that place in the batch: a number travels faster than an id."""
    after: int
    watermark: str


def judge_everybody(
    database: Database,
    tenant: UUID,
    worker_ids: Collection[UUID],
    *,
    programme: str,
    year: int,
    as_of: date,
    now: datetime,
    processes: int | None = None,
    on_judged: Callable[[int], None] = lambda _: None,
) -> Judged:
    """Judges these workers for an assessment year, on what is known up to the day, and keeps what is new.

    In transactions of its own. `processes` are children that judge (none: as many as there are processors, for a small
    number of workers not any); `on_judged` is told how many more were kept. Raises NoCriteriaInForce when one of them
    has no criteria; what was kept before stays.
    """
    task = _Task(tenant, programme, year, as_of)
    ordered = sorted(worker_ids)
    batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    if processes is None:
        processes = 0 if len(ordered) <= ALONE else os.cpu_count() or 1
    judged = Judged()
    answers = _here(database, task, batches) if not processes else _by_children(database, task, batches, processes)
    with _collecting_seldom():
        for batch, answer in zip(batches, answers, strict=True):
            rows: list[Row] = [(batch[one[0]], *one[1:]) for one in answer.found]
            if rows:
                like = Batch(year, as_of, answer.watermark)
                with database.writing(tenant) as session:
                    judged.new += assessments.keep_rows(session, tenant, rows, programme, like, now, after=answer.after)
            judged.workers += len(rows)
            judged.outcomes.update([row[2] for row in rows])
            on_judged(len(rows))
    return judged


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """While the block runs, memory is seldom searched for objects that refer to each other in a circle: a batch makes
    hundreds of thousands, none of which do, and looking at them again and again takes a third of the time."""
    before = gc.get_threshold()
    _collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _collect_seldom() -> None:
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


def _judge(database: Database, task: _Task, worker_ids: Sequence[UUID]) -> _Answer:
    with database.reading(task.tenant) as session:
        after = assessments.newest_place(session, task.tenant, task.programme, task.year)
        judged = assessments.judge(session, task.tenant, worker_ids, task.programme, task.year, task.as_of)
    for missing in judged.without_criteria:
        raise missing
    place_of = dict(zip(worker_ids, range(len(worker_ids)), strict=True))
    found = [
        (place_of[one.worker_id], one.criteria_set_id, one.outcome, one.total, one.kept, one.states)
        for one in judged.judgements
    ]
    return _Answer(found, after, judged.judgements[0].watermark if judged.judgements else "")


def _here(database: Database, task: _Task, batches: Sequence[Sequence[UUID]]) -> Iterator[_Answer]:
    for batch in batches:
        yield _judge(database, task, batch)


# ---------------------------------------------------------------- children

_own: Database | None = None
"""A child's database."""


def _by_children(
    database: Database, task: _Task, batches: Sequence[Sequence[UUID]], processes: int
) -> Iterator[_Answer]:
    """The answers in order, with no more of them waiting than the children need to stay busy."""
    url = database.url.render_as_string(hide_password=False)
    started = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=started, initializer=_begin, initargs=(url,)) as children:
        waiting: list[Future[_Answer]] = []
        try:
            for batch in batches:
                waiting.append(children.submit(_judge_there, task, batch))
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
    _collect_seldom()


def _judge_there(task: _Task, worker_ids: Sequence[UUID]) -> _Answer:
    if _own is None:
        raise RuntimeError("a child judges with a database of its own")
    return _judge(_own, task, worker_ids)
