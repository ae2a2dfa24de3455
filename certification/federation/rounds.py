"""Rounds: that the figures of a plan on a cut-off day are gathered here, until which day, over whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.errors import CertificationError
from certification.models import RollUpRound
from certification.rules import plans
from certification.targets.populations import ALL_ENTERPRISES, BASES
from lrs.api import Fault, InvalidRequest
from lrs.db import Session, new_id

__all__ = ["Round", "UnknownRound", "change", "find", "open_round", "rounds"]


class UnknownRound(CertificationError):
    """No round of that id."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round. Figures are of `cut_off`, over the headcount of `headcount_on` in the enterprises of `basis`."""

    id: UUID
    plan: str
    cut_off: date
    headcount_on: date
    basis: str
    due: date
    opened: datetime
    closed: datetime | None


def open_round(
    session: Session,
    tenant: UUID,
    *,
    plan: str,
    cut_off: date,
    due: date,
    basis: str = ALL_ENTERPRISES,
    headcount_on: date | None = None,
    by: str,
    now: datetime,
) -> Round:
    """Begins a round. Raises InvalidRequest with every fault."""
    faults = []
    known = [one.id for one in plans.all_plans(session, tenant)]
    if plan not in known:
        faults.append(Fault("plan", f"no plan {plan!r} is loaded; there are {', '.join(known) or 'none'}"))
    if due < cut_off:
        faults.append(Fault("due", f"{due} is before the cut-off day, {cut_off}: nobody can send so early"))
    if basis not in BASES:
        faults.append(Fault("basis", f"write one of {', '.join(BASES)}"))
    if session.scalar(
        sa.select(RollUpRound.id).where(
            RollUpRound.tenant_id == tenant, RollUpRound.plan == plan, RollUpRound.cut_off == cut_off
        )
    ):
        faults.append(Fault("cut_off", f"there is a round of {plan} on {cut_off} already"))
    if faults:
        raise InvalidRequest(faults)
    row = RollUpRound(
        tenant_id=tenant, id=new_id(), plan=plan, cut_off=cut_off, headcount_on=headcount_on or cut_off, basis=basis,
        due=due, opened=now, closed=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"plan": plan, "cut_off": cut_off.isoformat(), "due": due.isoformat(), "basis": basis}
    detail["headcount_on"] = row.headcount_on.isoformat()
    chain.add(
        session, tenant, by=by, act="roll-up-round.open", subject=f"roll-up-round:{row.id}", detail=detail, now=now
    )
    return _round(row)


def change(
    session: Session,
    tenant: UUID,
    id: UUID,
    *,
    closed: bool,
    due: date | None = None,
    by: str,
    reason: str,
    now: datetime,
) -> Round:
    """Takes nothing more for a round (`closed`), or goes on with it; with another day on which it is `due`, if any.

    Raises UnknownRound, InvalidRequest.
    """
    row = _row(session, tenant, id)
    if due is not None and due < row.cut_off:
        raise InvalidRequest([Fault("due", f"{due} is before the cut-off day, {row.cut_off}")])
    row.closed = (row.closed or now) if closed else None
    row.due = due or row.due
    session.flush()
    detail = {"due": row.due.isoformat(), "reason": reason}
    act = "roll-up-round.close" if closed else "roll-up-round.go-on"
    chain.add(session, tenant, by=by, act=act, subject=f"roll-up-round:{id}", detail=detail, now=now)
    return _round(row)


def find(session: Session, tenant: UUID, id: UUID) -> Round:
    """The one of this id. Raises UnknownRound."""
    return _round(_row(session, tenant, id))


def rounds(session: Session, tenant: UUID) -> list[Round]:
    """All of the tenant, the latest cut-off first."""
    rows = session.scalars(
        sa.select(RollUpRound)
        .where(RollUpRound.tenant_id == tenant)
        .order_by(RollUpRound.cut_off.desc(), RollUpRound.plan)
    )
    return [_round(row) for row in rows]


def _row(session: Session, tenant: UUID, id: UUID) -> RollUpRound:
    row = session.get(RollUpRound, (tenant, id))
    if row is None:
        raise UnknownRound(f"there is no round {id}")
    return row


def _round(row: RollUpRound) -> Round:
    return Round(
        row.id, row.plan, row.cut_off, row.headcount_on, row.basis, row.due, row.opened, row.closed
    )  # fmt: skip
