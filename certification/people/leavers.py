"""Who is missing from a file that is the whole of an enterprise, and ending what they were employed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import marks
from certification.marks import EVERY_YEAR, Cause, mark_uncounted
from certification.models import Employment, UnionRole, Worker
from certification.people import workers
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = ["Leaver", "end", "missing"]


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who is employed in an enterprise since `started` as far as is known, and not in its file."""

    worker_id: UUID
    number: str
    full_name: str
    enterprise_id: UUID
    enterprise: str
    started: date


def missing(
    session: Session, tenant: UUID, whole: Mapping[str, Node], named: Mapping[str, Collection[str]], today: date
) -> list[Leaver]:
    """Whoever is employed today by one of these enterprises and whose number is not among those named for it, in order
    of enterprise and number; a few SQL commands. A number that was merged names the worker into whom it was."""
    codes = {node.id: code for code, node in whole.items()}
    told = workers.merged_numbers(session, tenant).intersection(chain.from_iterable(named.values()))
    heirs = {number: heir.number for number, heir in workers.known_workers(session, tenant, told).items()}
    named = {code: {*numbers, *(heirs[one] for one in numbers if one in heirs)} for code, numbers in named.items()}
    rows = session.execute(
        sa.select(Worker.id, Worker.number, Worker.full_name, Employment.enterprise_id, Employment.started)
        .join(Worker, Worker.id == Employment.worker_id)
        .where(
            Employment.tenant_id == tenant,
            among(session, Employment.enterprise_id, codes),
            Employment.started <= today,
            sa.or_(Employment.ended.is_(None), Employment.ended > today),
        )
    )
    found = [
        Leaver(worker_id, number, name, enterprise_id, codes[enterprise_id], started)
        for worker_id, number, name, enterprise_id, started in rows
        if number not in named.get(codes[enterprise_id], ())
    ]
    return sorted(found, key=lambda one: (one.enterprise, one.number))


def end(session: Session, tenant: UUID, leaving: Collection[Leaver], last_day: date, *, now: datetime) -> None:
    """Ends these employments, and the roles in the union held in them, on `last_day`; those concerned are to be judged
    again. A fixed number of SQL commands."""
    if not leaving:
        return
    jobs: Any = Employment.__table__
    roles: Any = UnionRole.__table__
    rows = [
        {"of_worker": one.worker_id, "of_enterprise": one.enterprise_id, "of_day": one.started, "last_day": last_day}
        for one in sorted(leaving, key=lambda one: (one.worker_id, one.enterprise_id, one.started))
    ]
    here = jobs.c.worker_id == sa.bindparam("of_worker"), jobs.c.enterprise_id == sa.bindparam("of_enterprise")
    session.execute(
        sa.update(jobs).where(*here, jobs.c.started == sa.bindparam("of_day")).values(ended=sa.bindparam("last_day")),
        rows,
    )
    held = roles.c.worker_id == sa.bindparam("of_worker"), roles.c.enterprise_id == sa.bindparam("of_enterprise")
    lasts = sa.or_(roles.c.ended.is_(None), roles.c.ended > sa.bindparam("last_day"))
    of_roles = [{name: value for name, value in row.items() if name != "of_day"} for row in rows]
    session.execute(sa.delete(roles).where(*held, roles.c.started > sa.bindparam("last_day")), of_roles)
    session.execute(sa.update(roles).where(*held, lasts).values(ended=sa.bindparam("last_day")), of_roles)
    concerned = [(one.worker_id, vietnam_day(now).year) for one in leaving]
    marks.mark_stale(session, tenant, concerned, cause=Cause.EMPLOYMENT)
    mark_uncounted(session, tenant, [(one.worker_id, EVERY_YEAR) for one in leaving])
