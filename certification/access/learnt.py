"""What a worker has learnt, as far as whoever asks may know of it.

The union and the worker see all of it; an employer the days of the employment alone, since what was learnt elsewhere
serves no purpose of its own (Law 91/2025/QH15, article 25).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.access.who import Who
from certification.evidence import retold
from certification.evidence.retold import Retold
from certification.models import Employment, Fact
from lrs.db import Session

__all__ = ["Learnt", "learnt"]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A fact: a day in Vietnam, minutes, a score in ten-thousandths, the level of evidence 0 to 3."""

    day: date
    statement: UUID
    what: str
    minutes: int
    score: int | None
    quality: int
    said_by: int
    """Key of the authority that said it first, 0 where that is not known."""
    told_again: Retold | None
    """Others that tell the same of the worker and do not count; None where there is none, and for whoever may know of
    some days alone."""


def learnt(
    session: Session,
    who: Who,
    worker: UUID,
    year: int,
    *,
    on: date,
    limit: int,
    after: Sequence[Any] | None = None,
) -> list[Learnt]:
    """At most `limit` facts of the worker and the year that `who` may know of on the day `on`, by day; those after the
    place (day, Statement, what)."""
    place = sa.tuple_(Fact.day, Fact.statement_id, Fact.what)
    query = (
        sa.select(Fact.day, Fact.statement_id, Fact.what, Fact.minutes, Fact.score, Fact.quality, Fact.said_by)
        .where(Fact.tenant_id == who.tenant, Fact.worker_id == worker, Fact.year == year)
        .order_by(Fact.day, Fact.statement_id, Fact.what)
        .limit(limit)
    )
    if after is not None:
        query = query.where(place > sa.tuple_(*after, types=[Fact.day.type, Fact.statement_id.type, Fact.what.type]))
    without_employer = Who(
        who.tenant,
        who.name,
        who.account,
        who.key,
        who.worker,
        tuple(held for held in who.roles if held.role is not Role.ENTERPRISE),
        who.scopes,
    )
    whole = rights.may(session, without_employer, Act.READ_LEARNING, on, worker=worker)
    if not whole:
        reach = rights.reach(who, Act.READ_LEARNING, on)
        query = query.where(
            sa.exists().where(
                Employment.tenant_id == who.tenant,
                Employment.worker_id == Fact.worker_id,
                reach.organizations(session, Employment.enterprise_id),
                Employment.started <= Fact.day,
                sa.or_(Employment.ended.is_(None), Employment.ended >= Fact.day),
            )
        )
    rows: list[Any] = list(session.execute(query))
    again = retold.of_counting(session, who.tenant, worker, {row.statement_id for row in rows}) if whole else {}
    return [
        Learnt(
            row.day, row.statement_id, row.what, row.minutes, row.score, row.quality, row.said_by,
            again.get(row.statement_id),
        )
        for row in rows
    ]  # fmt: skip
