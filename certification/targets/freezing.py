"""Freezing figures: what a report was made from stays as it was, whatever evidence comes later.

A record says which organization, which plan, which cut-off day, over whom, the figures, who froze them, when and why.
It is never changed; freezing the same again is another record beside it. `difference` holds a record against what the
same question answers today, so that what came late can be shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from certification.errors import CertificationError
from certification.models import Freezing
from certification.rules.criteria import PROGRAMME
from certification.targets import rates
from certification.targets.attainment import OrganizationFigures
from certification.targets.populations import ALL_ENTERPRISES
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = ["Change", "Frozen", "NotFrozen", "difference", "find", "freeze", "frozen"]

OF_ORGANIZATION = (
    "headcount", "women", "union_cadres", "grassroots_unions", "meets_criteria", "holds_title",
    "enterprises", "reporting", "declared",
)  # fmt: skip
"""What is kept of an organization itself."""

OF_TARGET = ("counted", "participations", "denominator")
"""What is kept of each of its targets, and of each count beside one (without a denominator of its own)."""


class NotFrozen(CertificationError):
    """What cannot be frozen, or no record of that id."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A record. `figures` are numbers by name: "headcount", "1268-qd-ttg/G1/counted", "1268-qd-ttg/G4-able/counted"."""

    id: UUID
    organization: str
    plan: str | None
    on: date
    headcount_on: date
    basis: str
    frozen: datetime
    frozen_by: str
    reason: str
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is no longer what was frozen. None where it was not there then, or is not now."""

    figure: str
    frozen: int | None
    now: int | None


def freeze(
    session: Session,
    tenant: UUID,
    code: str,
    *,
    on: date,
    by: str,
    reason: str,
    now: datetime,
    plan: str | None = None,
    basis: str = ALL_ENTERPRISES,
    headcount_on: date | None = None,
    programme: str = PROGRAMME,
) -> Frozen:
    """Keeps the figures of an organization on a cut-off day as they are now.

    Raises NotFrozen for a cut-off day or a headcount's day still to come, or without a name or a reason;
    UnknownOrganization, NotOnThatDay and NotBound as `rates.rates`.
    """
    today = vietnam_day(now)
    for what, day in (("cut-off day", on), ("day of the headcount", headcount_on or on)):
        if day > today:
            raise NotFrozen(f"the {what} {day} is still to come (today is {today}); figures are frozen once it is past")
    for what, text in (("who freezes them", by), ("why", reason)):
        if not text.strip():
            raise NotFrozen(f"say {what}: figures that a report rests on name who froze them, and why")
    measured = rates.rates(
        session,
        tenant,
        code,
        on=on,
        today=today,
        basis=basis,
        headcount_on=headcount_on,
        plan=plan,
        programme=programme,
        exact=True,
    )
    record = Frozen(
        new_id(), code, plan, on, measured.headcount_on, basis, now, by.strip(), reason.strip(),
        _numbers(measured.organization),
    )  # fmt: skip
    session.add(
        Freezing(
            id=record.id,
            tenant_id=tenant,
            organization=code,
            plan=plan,
            on_day=on,
            headcount_on=record.headcount_on,
            basis=basis,
            frozen=now,
            frozen_by=record.frozen_by,
            reason=record.reason,
            figures=msgspec.json.encode(record.figures).decode(),
        )
    )
    session.flush()
    return record


def frozen(
    session: Session,
    tenant: UUID,
    code: str | None = None,
    *,
    within: Collection[str] | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> list[Frozen]:
    """Records of the tenant (of one organization; of those `within` these codes), in the order in which they were made,
    from behind `after` (instant and id of the last one) on. One SQL command."""
    query = sa.select(Freezing).where(Freezing.tenant_id == tenant).order_by(Freezing.frozen, Freezing.id).limit(limit)
    if code is not None:
        query = query.where(Freezing.organization == code)
    if within is not None:
        query = query.where(among(session, Freezing.organization, within))
    if after is not None:
        later = sa.and_(Freezing.frozen == after[0], Freezing.id > after[1])
        query = query.where(sa.or_(Freezing.frozen > after[0], later))
    return [_record(row) for row in session.scalars(query)]


def find(session: Session, tenant: UUID, record: UUID) -> Frozen:
    """One record of the tenant. Raises NotFrozen."""
    row = session.scalar(sa.select(Freezing).where(Freezing.tenant_id == tenant, Freezing.id == record))
    if row is None:
        raise NotFrozen(f"no figures were frozen under {record}")
    return _record(row)


def difference(
    session: Session, tenant: UUID, record: Frozen, *, today: date, programme: str = PROGRAMME
) -> tuple[Change, ...]:
    """What the same question answers otherwise today, in order of name; nothing where all is as it was frozen."""
    measured = rates.rates(
        session,
        tenant,
        record.organization,
        on=record.on,
        today=today,
        basis=record.basis,
        headcount_on=record.headcount_on,
        plan=record.plan,
        programme=programme,
        exact=True,
    )
    now = _numbers(measured.organization)
    return tuple(
        Change(name, record.figures.get(name), now.get(name))
        for name in sorted({*record.figures, *now})
        if record.figures.get(name) != now.get(name)
    )


def _record(row: Freezing) -> Frozen:
    return Frozen(
        row.id, row.organization, row.plan, row.on_day, row.headcount_on, row.basis, row.frozen, row.frozen_by,
        row.reason, msgspec.json.decode(row.figures, type=dict[str, int]),
    )  # fmt: skip


def _numbers(one: OrganizationFigures) -> dict[str, int]:
    """Figures by name. A target is named by its plan and its id: groups of two plans may be called alike."""
    of_organization: dict[str, Any] = {
        **{name: getattr(one, name) for name in OF_ORGANIZATION[:6]},
        **{name: getattr(one.coverage, name) for name in OF_ORGANIZATION[6:]},
    }
    for target in one.targets:
        for name in OF_TARGET:
            of_organization[f"{target.plan}/{target.target}/{name}"] = getattr(target, name)
        for beside in target.beside:
            for name in OF_TARGET[:2]:
                of_organization[f"{target.plan}/{beside.id}/{name}"] = getattr(beside, name)
    return of_organization
