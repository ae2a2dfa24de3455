"""What is shown of a session: the screen at the gate, who is there, who may be, telephones that spoke for several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification.access import rights
from certification.models import Employment, Presence, RollCallSheet, Worker
from certification.roll_calls import codes
from certification.roll_calls.meetings import OPEN, Meeting
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = [
    "LAST",
    "Called",
    "Present",
    "Screen",
    "Sheet",
    "counts",
    "of_one_device",
    "present",
    "roster",
    "screen",
    "sheets",
]

LAST = 5


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is there, or was taken back (`withdrawn`). `device` is a telephone's mark within the session."""

    worker_id: UUID
    number: str
    name: str
    how: str
    present: datetime
    sent_later: bool
    device: str | None
    recorded_by: str
    withdrawn: datetime | None
    withdrawn_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Screen:
    """What the screen at the gate shows at a moment. `digits` are "" where no code is taken."""

    meeting: Meeting
    digits: str
    seconds_left: int
    count: int
    last: tuple[Present, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody of the branch, with since when present; None while not."""

    worker_id: UUID
    number: str
    name: str
    present: datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture of the paper list."""

    sha256: str
    file_name: str
    recorded: datetime


def screen(session: Session, tenant: UUID, meeting: Meeting, now: datetime) -> Screen:
    """The screen at a moment, in two SQL commands."""
    shows = meeting.state == OPEN and meeting.opens <= now <= meeting.over
    digits = codes.digits_at(meeting.secret, now, meeting.step_seconds) if shows else ""
    left = codes.seconds_left(now, meeting.step_seconds)
    last = present(session, tenant, meeting, newest=LAST)
    return Screen(meeting, digits, left, counts(session, tenant, [meeting.id]).get(meeting.id, 0), tuple(last))


def counts(session: Session, tenant: UUID, roll_calls: Sequence[UUID]) -> Mapping[UUID, int]:
    """How many are present at each session; those with nobody are left out."""
    rows = session.execute(
        sa.select(Presence.roll_call_id, sa.func.count(sa.distinct(Presence.worker_id)))
        .where(Presence.tenant_id == tenant, Presence.withdrawn.is_(None),
               among(session, Presence.roll_call_id, roll_calls))
        .group_by(Presence.roll_call_id)
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def present(
    session: Session, tenant: UUID, meeting: Meeting, *, newest: int | None = None, withdrawn: bool = False
) -> list[Present]:
    """Who is there, the last one first: all, or the `newest`. With `withdrawn` those who were taken back instead."""
    query = (
        sa.select(Presence.worker_id, Worker.number, Worker.full_name, Presence.how, Presence.present,
                  Presence.sent_later, Presence.device, Presence.recorded_by, Presence.withdrawn,
                  Presence.withdrawn_by, Presence.withdrawal_reason)
        .join(Worker, Worker.id == Presence.worker_id)
        .where(Presence.tenant_id == tenant, Presence.roll_call_id == meeting.id,
               Presence.withdrawn.is_not(None) if withdrawn else Presence.withdrawn.is_(None))
        .order_by(Presence.recorded.desc(), Presence.present.desc(), Presence.statement_id)
    )  # fmt: skip
    return [Present(*row) for row in session.execute(query if newest is None else query.limit(newest))]


def of_one_device(there: Sequence[Present]) -> list[tuple[Present, ...]]:
    """Those for whom one telephone spoke, where it spoke for several: to be looked at, not refused."""
    by_device: dict[str, list[Present]] = {}
    for one in there:
        if one.device is not None:
            by_device.setdefault(one.device, []).append(one)
    return [tuple(some) for some in by_device.values() if len(some) > 1]


def roster(session: Session, tenant: UUID, meeting: Meeting) -> list[Called]:
    """Everybody of the organizer's branch on the day of the session, by number, in three SQL commands."""
    day = vietnam_day(meeting.starts)
    below = rights.branch(session, tenant, meeting.organization_id, day)
    employed = sa.select(Employment.worker_id).where(
        Employment.tenant_id == tenant, among(session, Employment.enterprise_id, below), Employment.started <= day,
        sa.or_(Employment.ended.is_(None), Employment.ended >= day),
    )  # fmt: skip
    there = {one.number: one.present for one in present(session, tenant, meeting)}
    rows = session.execute(
        sa.select(Worker.id, Worker.number, Worker.full_name)
        .where(Worker.tenant_id == tenant, Worker.id.in_(employed), Worker.merged_into.is_(None))
        .order_by(Worker.number)
    )
    return [Called(row.id, row.number, row.full_name, there.get(row.number)) for row in rows]


def sheets(session: Session, tenant: UUID, meeting: Meeting) -> list[Sheet]:
    """The pictures of its paper lists, in the order in which they came."""
    rows = session.execute(
        sa.select(RollCallSheet.sha256, RollCallSheet.file_name, RollCallSheet.recorded)
        .where(RollCallSheet.tenant_id == tenant, RollCallSheet.roll_call_id == meeting.id)
        .order_by(RollCallSheet.recorded)
    )
    return [Sheet(*row) for row in rows]
