"""Workers for whom no criteria are in force in a year, so that nobody is judged by mistake and nobody is forgotten.

Their group (nhóm đối tượng) has no criteria set for the year; "cán bộ công nhân viên, doanh nhân" has none at all among
the files that come with the program. Nothing is said of them until one is loaded, or their group is put right.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification.errors import NoCriteriaInForce
from certification.evidence.witnesses import Within
from certification.models import Audience, Employment, Worker
from certification.people import audiences, lists
from certification.people.lists import Found, Sought
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from lrs.db import Session, beside

__all__ = ["COUNTED", "Everywhere", "Without", "count", "page", "to_do"]

COUNTED = 1_000
"""Up to so many are counted."""


class Everywhere:
    """Within which everybody is."""

    def workers(self, session: Session, column: Any) -> sa.ColumnElement[bool]:
        """True of every worker."""
        return sa.true()

    def is_wide(self, session: Session) -> bool:
        """False: those of a group are few, and are looked up by it."""
        return False


@dataclass(frozen=True, slots=True)
class Without:
    """A worker without criteria, and the group it is because of (code, and in Vietnamese)."""

    found: Found
    audience: str
    words: str


def page(
    session: Session, tenant: UUID, on: date, *, within: Within, limit: int, after: tuple[str, UUID] | None = None
) -> list[Without]:
    """At most `limit` of those employed on the day for whose group no criteria are in force in its year, by name, those
    after a place. A few SQL commands."""
    lacking = _lacking(session, tenant, on.year)
    if not lacking:
        return []
    wanted = Sought(on, also=_conditions(tenant, lacking, on))
    found = lists.search(session, tenant, wanted, within=within, limit=limit, after=after)
    groups = audiences.of(session, tenant, [one.id for one in found], on.year)
    return [Without(one, groups[one.id], audiences.AUDIENCES.get(groups[one.id], groups[one.id])) for one in found]


def count(session: Session, tenant: UUID, on: date, *, within: Within | None = None, also: tuple[Any, ...] = ()) -> int:
    """How many there are, up to `COUNTED`; `also` are further conditions about `Worker`. A few SQL commands."""
    lacking = _lacking(session, tenant, on.year)
    if not lacking:
        return 0
    wanted = Sought(on, also=(*_conditions(tenant, lacking, on), *also))
    return min(COUNTED, lists.count(session, tenant, wanted, within=within or Everywhere(), most=COUNTED))


def to_do(words: str, year: int) -> str:
    """What to do about a worker of this group, in Vietnamese."""
    return (
        f"Chưa có bộ tiêu chí của nhóm “{words}” cho năm {year}, nên chưa chấm được. Nếu nhóm đúng, nhờ người vận hành "
        f"nạp bộ tiêu chí của nhóm đó; nếu nhóm sai, sửa cột “Nhóm đối tượng” trong danh sách lao động rồi nhập lại"
    )


def _lacking(session: Session, tenant: UUID, year: int) -> frozenset[str]:
    """The groups without criteria in the year."""
    found = set()
    for audience in audiences.AUDIENCES:
        try:
            criteria.in_force(session, tenant, PROGRAMME, audience, year)
        except NoCriteriaInForce:
            found.add(audience)
    return frozenset(found)


def _conditions(tenant: UUID, lacking: Collection[str], on: date) -> tuple[sa.ColumnElement[bool], ...]:
    """That `Worker` is employed on the day, and of one of these groups in its year (as `audiences.in_year`)."""
    employed = sa.exists().where(
        Employment.worker_id == Worker.id,
        beside(Employment.tenant_id) == tenant,
        Employment.started <= on,
        sa.or_(Employment.ended.is_(None), Employment.ended >= on),
    )
    other = aliased(Audience)
    nearer = sa.exists().where(
        other.worker_id == Audience.worker_id,
        sa.case(
            (Audience.year <= on.year, sa.and_(other.year > Audience.year, other.year <= on.year)),
            else_=other.year < Audience.year,
        ),
    )
    told = sa.select(Audience.worker_id).where(
        Audience.tenant_id == tenant, Audience.audience.in_(sorted(lacking)), ~nearer
    )
    of_them: sa.ColumnElement[bool] = Worker.id.in_(told)
    if AUDIENCE in lacking:
        of_them = sa.or_(of_them, ~sa.exists().where(Audience.worker_id == Worker.id))
    return employed, of_them
