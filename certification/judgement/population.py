"""Judging everybody: a whole population for a year, in batches, by an engine (`engines`).

The engine reads and judges, this process keeps what is new, batch by batch: a run that is killed has kept what it had
kept, and the next one finds it there and goes on. What somebody else keeps of a worker meanwhile stands.
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from uuid import UUID

from certification.judgement import assessments
from certification.judgement.assessments import Batch, Row
from certification.judgement.engines import BuiltIn, Engine, batches_of, collect_seldom
from lrs.db import Database

__all__ = ["Judged", "judge_everybody"]


@dataclass(slots=True)
class Judged:
    """How many workers were judged, how many of them are new versions, and how many had which outcome.

    `digest` is of every result in the order of the workers' ids, in hexadecimal: two runs over the same evidence, rules
    and day have the same one, whichever engine judged.
    """

    workers: int = 0
    new: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    digest: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    """What is asked about every batch."""

    tenant: UUID
    programme: str
    year: int
    as_of: date


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said of a batch: the results, what place had been reached before, and the watermark."""

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
    engine: Engine | None = None,
    on_judged: Callable[[int], None] = lambda _: None,
) -> Judged:
    """Judges these workers for an assessment year, on what is known up to the day, and keeps what is new.

    In transactions of its own. `engine` is the built-in one where none is given; `on_judged` is told how many more were
    kept. Raises NoCriteriaInForce when one of them has no criteria, and EngineFailed; what was kept before stays.
    """
    batches = batches_of(sorted(worker_ids))
    ask = partial(_judge, _Task(tenant, programme, year, as_of))
    judged, digest = Judged(), hashlib.sha256()
    with _collecting_seldom():
        for batch, answer in zip(batches, (engine or BuiltIn())(database, ask, batches), strict=True):
            rows: list[Row] = [(batch[one[0]], *one[1:]) for one in sorted(answer.found)]
            if rows:
                like = Batch(year, as_of, answer.watermark)
                with database.writing(tenant) as session:
                    judged.new += assessments.keep_rows(session, tenant, rows, programme, like, now, after=answer.after)
            for worker_id, criteria_set_id, outcome, total, bytes_kept, states in rows:
                said = f"{outcome} {total} {states or ''} {len(bytes_kept)} ".encode()
                digest.update(worker_id.bytes + criteria_set_id.bytes + said + bytes_kept)
            judged.workers += len(rows)
            judged.outcomes.update([row[2] for row in rows])
            on_judged(len(rows))
    judged.digest = digest.hexdigest()
    return judged


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _judge(task: _Task, database: Database, worker_ids: Sequence[UUID]) -> _Answer:
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
