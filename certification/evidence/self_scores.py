"""Points that workers give themselves (tự chấm), shown beside what is suggested and attested, and counted nowhere.

    score       keeps what a worker says of some indicators of a year; all faults at once
    last_known  the points that were the worker's own on a day

Nothing is overwritten: what was said before stays, with its day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.errors import NoCriteriaInForce
from certification.evidence.words import shape_faults
from certification.models import SelfScore
from certification.people import workers
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.spreadsheets import Fault, ImportFaults, written
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = ["NOTE_AT_MOST", "Own", "OwnScore", "last_known", "score"]

NOTE_AT_MOST = 2000
"""Characters in a worker's own words about one indicator."""


@dataclass(frozen=True, slots=True)
class OwnScore:
    """Points, whole ones, for one indicator, and a note in the worker's own words."""

    indicator: str
    points: Any
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """What is kept of a self-given score: the day is that in Vietnam."""

    indicator: str
    points: int
    note: str | None
    scored_on: date
    scored_by: str


def score(
    session: Session,
    tenant: UUID,
    number: str,
    year: int,
    scores: Sequence[OwnScore],
    *,
    by: str,
    now: datetime,
    programme: str = PROGRAMME,
) -> int:
    """Keeps what the worker `number` says of these indicators; gives how many differ from what was said last.

    Raises UnknownWorker, or ImportFaults with every fault by place in `scores` (from 1); then nothing is kept.
    """
    bulk.import_alone(session, tenant)
    person = workers.find(session, tenant, number)
    today = vietnam_day(now)
    faults = []
    if date(year, 1, 1) > today:
        faults.append(Fault(0, "year", f"năm {year} chưa tới (hôm nay {written(today)}); sửa năm"))
    try:
        _, criteria_set = criteria.in_force(session, tenant, programme, AUDIENCE, year)
        most = {one.id: one.max_points for one in criteria_set.indicators}
    except NoCriteriaInForce:
        message = f"không có bộ tiêu chí nào có hiệu lực cho năm {year}; sửa năm, hoặc nạp bộ tiêu chí của năm đó"
        raise ImportFaults([*faults, Fault(0, "year", message)]) from None
    faults += _faults(scores, most)
    if faults:
        raise ImportFaults(faults)
    said = {own.indicator: own for own in last_known(session, tenant, [person.id], programme, year, today)[person.id]}
    new = [
        one
        for one in scores
        if (own := said.get(one.indicator)) is None or (own.points, own.note) != (one.points, one.note or None)
    ]
    bulk.insert(
        session,
        SelfScore,
        [
            {
                "worker_id": person.id,
                "id": new_id(),
                "tenant_id": tenant,
                "programme": programme,
                "year": year,
                "indicator": one.indicator,
                "points": one.points,
                "note": one.note or None,
                "scored_on": today,
                "scored_by": by,
                "recorded": now,
            }
            for one in new
        ],
    )
    return len(new)


def _faults(scores: Sequence[OwnScore], most: Mapping[str, int]) -> list[Fault]:
    faults = []
    first: dict[str, int] = {}
    for place, one in enumerate(scores, start=1):
        if one.indicator not in most:
            message = f"“{one.indicator}” không có trong bộ tiêu chí; ghi một trong: {', '.join(most)}"
            faults.append(Fault(place, "indicator", message))
        elif first.setdefault(one.indicator, place) != place:
            message = f"chỉ số này đã ghi ở mục {first[one.indicator]}; chỉ giữ một"
            faults.append(Fault(place, "indicator", message))
        top = most.get(one.indicator, 10)
        if isinstance(one.points, bool) or not isinstance(one.points, int) or not 0 <= one.points <= top:
            faults.append(Fault(place, "points", f"“{one.points}” không phải số nguyên từ 0 đến {top}; sửa lại số"))
        faults += shape_faults(place, "note", one.note or "", NOTE_AT_MOST)
    return faults


def last_known(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], programme: str, year: int, on: date
) -> dict[UUID, tuple[Own, ...]]:
    """The points each worker had given himself or herself by the end of the day `on`: the last for each indicator.

    One SQL command. A worker who said nothing has an empty tuple.
    """
    rows: Iterable[Any] = session.execute(
        sa.select(
            SelfScore.worker_id,
            SelfScore.indicator,
            SelfScore.points,
            SelfScore.note,
            SelfScore.scored_on,
            SelfScore.scored_by,
        )
        .where(
            among(session, SelfScore.worker_id, worker_ids),
            SelfScore.tenant_id == tenant,
            SelfScore.programme == programme,
            SelfScore.year == year,
            SelfScore.scored_on <= on,
        )
        .order_by(SelfScore.recorded, SelfScore.id)
    )
    last: dict[UUID, dict[str, Own]] = defaultdict(dict)
    for worker_id, *rest in rows:
        own = Own(*rest)
        last[worker_id][own.indicator] = own
    return {one: tuple(last[one][name] for name in sorted(last[one])) for one in worker_ids}
