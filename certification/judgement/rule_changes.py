"""What other rules change: before they are loaded, for some; and for whom, once they are.

try_out  a rule file loaded on trial, in a transaction that the caller takes back: how results would change
take_in  loads it for good, marks whom it concerns, and writes the act
changes  results that were judged again because of rules, the latest first
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.acts import chain
from certification.errors import NoCriteriaInForce
from certification.judgement import assessments, judging
from certification.marks import Cause
from certification.models import Assessment, Worker
from certification.rules import rule_files
from certification.rules.criteria import PROGRAMME
from certification.rules.rule_files import Loaded
from certification.vietnam import vietnam_day
from lrs.db import Session

__all__ = ["LOOKED_THROUGH", "TRIED", "Change", "Taken", "Tried", "changes", "counted", "take_in", "try_out"]

TRIED = 2_000
"""Workers who are judged by both rules on trial: some tenths of a second."""

LOOKED_THROUGH = 20_000
"""Results looked through for those that rules changed, from the latest back."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A rule file that was loaded, and how many are judged again because of it."""

    loaded: Loaded
    concerned: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule file on trial: how many would be judged again; of `tried` workers how many results go from which outcome
    (or None: nothing could be said) to which, and how many keep the outcome with other points."""

    loaded: Loaded
    concerned: int
    year: int
    tried: int
    outcomes: Mapping[tuple[str | None, str | None], int]
    other_points: int


@dataclass(frozen=True, slots=True)
class Change:
    """A result that rules changed: whose (by id and number), when (UTC), and what it was before and is."""

    worker: UUID
    number: str
    version: int
    judged: datetime
    rules: UUID
    before: str
    total_before: int
    outcome: str
    total: int
    place: int


def take_in(session: Session, tenant: UUID, name: str, text: str, *, by: str, now: datetime) -> Taken:
    """Loads the text of a rule file; whoever it concerns is judged again. Raises RuleFileFaults."""
    loaded = rule_files.load_text(session, tenant, name, text, now=now)
    concerned = judging.mark_touched(session, tenant, [loaded.id]) if loaded.is_new else 0
    if loaded.is_new:
        chain.add(
            session, tenant, by=by, act="rules.load", subject=f"rules:{loaded.kind}:{loaded.identifier}", now=now,
            detail={"file": name, "id": str(loaded.id)},
        )  # fmt: skip
    return Taken(loaded, concerned)


def try_out(session: Session, tenant: UUID, name: str, text: str, *, by: str, now: datetime) -> Tried:
    """Loads the text and judges some workers of this year by what held before and by what would hold.

    Nothing of it is to stay: the caller takes the transaction back. Raises RuleFileFaults.
    """
    today = vietnam_day(now)
    query = sa.select(Worker.id).where(Worker.tenant_id == tenant, Worker.merged_into.is_(None))
    people = list(session.scalars(query.order_by(Worker.id).limit(TRIED)))
    before = _judged(session, tenant, people, now)
    taken = take_in(session, tenant, name, text, by=by, now=now)
    after = _judged(session, tenant, people, now)
    outcomes: Counter[tuple[str | None, str | None]] = Counter()
    other_points = 0
    for one in people:
        (was, points), (would_be, new_points) = before.get(one, (None, 0)), after.get(one, (None, 0))
        if was != would_be:
            outcomes[was, would_be] += 1
        elif points != new_points:
            other_points += 1
    return Tried(taken.loaded, taken.concerned, today.year, len(people), outcomes, other_points)


def changes(
    session: Session, tenant: UUID, year: int, *, programme: str = PROGRAMME, before: int | None = None, limit: int
) -> list[Change]:
    """At most `limit` results that rules changed, the latest first, from behind the place `before` on; only the last
    `LOOKED_THROUGH` results are looked through. Two SQL commands."""
    top = before if before is not None else assessments.newest_place(session, tenant, programme, year) + 1
    rows = session.execute(
        _changed(tenant, programme, year, top, sa.select(*_COLUMNS)).order_by(Assessment.place.desc()).limit(limit)
    )
    return [Change(*row) for row in rows]


def counted(session: Session, tenant: UUID, year: int, *, programme: str = PROGRAMME) -> dict[tuple[str, str], int]:
    """The same counted by the outcomes before and after. Two SQL commands."""
    top = assessments.newest_place(session, tenant, programme, year) + 1
    what = sa.select(_BEFORE.outcome.label("before"), Assessment.outcome, sa.func.count().label("count"))
    rows = session.execute(_changed(tenant, programme, year, top, what).group_by(_BEFORE.outcome, Assessment.outcome))
    return {(before, outcome): count for before, outcome, count in rows}


_BEFORE = aliased(Assessment)
_COLUMNS = (
    Assessment.worker_id,
    Worker.number,
    Assessment.version,
    Assessment.judged,
    Assessment.criteria_set_id,
    _BEFORE.outcome,
    _BEFORE.total,
    Assessment.outcome,
    Assessment.total,
    Assessment.place,
)


def _changed(tenant: UUID, programme: str, year: int, top: int, query: sa.Select[*tuple[Any, ...]]) -> Any:
    same = (_BEFORE.worker_id == Assessment.worker_id, _BEFORE.programme == programme, _BEFORE.year == year)
    return (
        query.select_from(Assessment)
        .join(_BEFORE, sa.and_(*same, _BEFORE.version == Assessment.version - 1))
        .join(Worker, Worker.id == Assessment.worker_id)
        .where(
            Assessment.tenant_id == tenant,
            Assessment.programme == programme,
            Assessment.year == year,
            Assessment.place < top,
            Assessment.place >= top - LOOKED_THROUGH,
            Assessment.causes.op("&")(int(Cause.RULES)) != 0,
        )
    )


def _judged(session: Session, tenant: UUID, people: list[UUID], now: datetime) -> dict[UUID, tuple[str, int]]:
    today = vietnam_day(now)
    try:
        judged = assessments.judge(session, tenant, people, PROGRAMME, today.year, today)
    except NoCriteriaInForce:
        return {}
    return {one.worker_id: (one.outcome, one.total) for one in judged.judgements}
