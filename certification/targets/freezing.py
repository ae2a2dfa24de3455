"""Freezing figures: what a report was made from stays as it was, whatever evidence comes later.

A record says which organization, which plan, which cut-off day, over whom, the figures, who froze them, when and why.
It is never changed; freezing the same again is another record beside it. `difference` holds a record against what the
same question answers today, so that what came late can be shown.

Counting takes seconds, so it is done before anything is locked (`prepare`, in a snapshot), and what was found is
written in a transaction of milliseconds (`freeze`). What anybody writes between the two is in none of the figures,
which are those of the instant of counting: it counts as what comes after the freezing does, and `difference` shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from certification.acts import chain
from certification.errors import CertificationError
from certification.models import Freezing
from certification.rules.criteria import PROGRAMME
from certification.targets import gathered, grounds, rates
from certification.targets.attainment import OrganizationFigures
from certification.targets.gathered import Which
from certification.targets.populations import ALL_ENTERPRISES
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = ["Change", "Frozen", "NotFrozen", "difference", "find", "freeze", "frozen", "prepare"]

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
    """A record. `figures` are numbers by name: "headcount", "1268-qd-ttg/G1/counted", "1268-qd-ttg/G4-able/counted";
    `frozen` the instant (UTC) of which they are."""

    id: UUID
    organization: str
    """Empty where a zone or sector was asked for anywhere."""
    plan: str | None
    on: date
    headcount_on: date
    basis: str
    frozen: datetime
    frozen_by: str
    reason: str
    figures: Mapping[str, int]
    zone: str | None = None
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is no longer what was frozen. None where it was not there then, or is not now."""

    figure: str
    frozen: int | None
    now: int | None


def prepare(
    session: Session,
    tenant: UUID,
    code: str | Which,
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
    """Counts what is to be frozen: the figures of an organization, or of a zone or sector, on a cut-off day as they are
    now. Nothing is kept yet; ask in a snapshot, so that the figures agree with one another.

    Raises NotFrozen for a cut-off day or a headcount's day still to come, without a name or a reason, or for a zone of
    which only a part is seen; UnknownOrganization, NotOnThatDay, NotBound and NoSuchEnterprises as `rates.rates` and
    `gathered.gather`.
    """
    today = vietnam_day(now)
    for what, day in (("cut-off day", on), ("day of the headcount", headcount_on or on)):
        if day > today:
            raise NotFrozen(f"the {what} {day} is still to come (today is {today}); figures are frozen once it is past")
    for what, text in (("who freezes them", by), ("why", reason)):
        if not text.strip():
            raise NotFrozen(f"say {what}: figures that a report rests on name who froze them, and why")
    asked: dict[str, Any] = {"basis": basis, "headcount_on": headcount_on, "plan": plan, "programme": programme}
    figures = _measured(session, tenant, code, on, today, asked)
    zone, sector = (code.zone, code.sector) if isinstance(code, Which) else (None, None)
    organization = (code.within or "") if isinstance(code, Which) else code
    return Frozen(
        new_id(), organization, plan, on, headcount_on or on, basis, now, by.strip(), reason.strip(), figures, zone,
        sector,
    )  # fmt: skip


def freeze(session: Session, tenant: UUID, record: Frozen) -> Frozen:
    """Keeps what was prepared, for good."""
    session.add(
        Freezing(
            id=record.id,
            tenant_id=tenant,
            organization=record.organization,
            zone=record.zone,
            sector=record.sector,
            plan=record.plan,
            on_day=record.on,
            headcount_on=record.headcount_on,
            basis=record.basis,
            frozen=record.frozen,
            frozen_by=record.frozen_by,
            reason=record.reason,
            figures=msgspec.json.encode(record.figures).decode(),
        )
    )
    session.flush()
    detail = {
        "organization": record.organization,
        "zone": record.zone,
        "sector": record.sector,
        "plan": record.plan,
        "basis": record.basis,
        "on": record.on.isoformat(),
        "headcount_on": record.headcount_on.isoformat(),
        "reason": record.reason,
        "figures": record.figures,
    }
    subject = f"frozen-figures:{record.id}"
    chain.add(
        session, tenant, by=record.frozen_by, act="figures.freeze", subject=subject, detail=detail, now=record.frozen
    )
    return record


def frozen(
    session: Session,
    tenant: UUID,
    code: str | None = None,
    *,
    within: Collection[str] | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
    newest_first: bool = False,
) -> list[Frozen]:
    """Records of the tenant (of one organization; of those `within` these codes), in the order in which they were made,
    or the newest first, from behind `after` (instant and id of the last one) on. One SQL command."""
    query = sa.select(Freezing).where(Freezing.tenant_id == tenant).limit(limit)
    if newest_first:
        query = query.order_by(Freezing.frozen.desc(), Freezing.id.desc())
    else:
        query = query.order_by(Freezing.frozen, Freezing.id)
    if code is not None:
        query = query.where(Freezing.organization == code)
    if within is not None:
        query = query.where(among(session, Freezing.organization, within))
    if after is not None:
        at, id = after
        if newest_first:
            query = query.where(sa.or_(Freezing.frozen < at, sa.and_(Freezing.frozen == at, Freezing.id < id)))
        else:
            query = query.where(sa.or_(Freezing.frozen > at, sa.and_(Freezing.frozen == at, Freezing.id > id)))
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
    of: str | Which = record.organization
    if record.zone or record.sector:
        of = Which(record.zone, record.sector, record.organization or None)
    asked: dict[str, Any] = {"basis": record.basis, "headcount_on": record.headcount_on, "plan": record.plan}
    now = _measured(session, tenant, of, record.on, today, {**asked, "programme": programme})
    return tuple(
        Change(name, record.figures.get(name), now.get(name))
        for name in sorted({*record.figures, *now})
        if record.figures.get(name) != now.get(name)
    )


def _measured(
    session: Session, tenant: UUID, of: str | Which, on: date, today: date, asked: Mapping[str, Any]
) -> dict[str, int]:
    """The figures of an organization, or of a zone or sector, counted to the end."""
    if not isinstance(of, Which):
        return _numbers(rates.rates(session, tenant, of, on=on, today=today, exact=True, **asked).organization)
    found = gathered.gather(session, tenant, of, on=on, today=today, exact=True, **asked)
    if of.seen is not None:
        whole = gathered.Which(of.zone, of.sector, of.within)
        day = asked["headcount_on"] or on
        if whole.members(grounds.land(session, tenant).on(day), asked["basis"]) != found.enterprises:
            raise NotFrozen(
                f"not every enterprise of {of.named!r} is of your branch; figures that a report rests on are frozen "
                "whole: name a unit of yours that has all of them, or ask whoever has"
            )
    return _numbers(found.figures)


def _record(row: Freezing) -> Frozen:
    return Frozen(
        row.id, row.organization, row.plan, row.on_day, row.headcount_on, row.basis, row.frozen, row.frozen_by,
        row.reason, msgspec.json.decode(row.figures, type=dict[str, int]), row.zone, row.sector,
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
