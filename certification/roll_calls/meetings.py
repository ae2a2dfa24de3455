"""Sessions at which people are called: opened, paused, closed and opened again by an officer.

    open_one     opens one, in the name of a unit
    step         pauses, resumes, closes or reopens one
    find, at_address, listed

Each step is an act on record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.errors import CertificationError
from certification.evidence import attendance, words
from certification.evidence.attendance import Attended
from certification.models import Base, Organization, RollCall
from certification.people.workers import Person
from certification.roll_calls import codes
from certification.rules import evidence_mapping, roll_call_rules
from certification.rules.criteria import PROGRAMME
from certification.rules.evidence_mapping import EvidenceMapping
from certification.rules.roll_call_rules import RollCallRules
from certification.spreadsheets import Fault, ImportFaults
from certification.units import organizations
from certification.vietnam import VIETNAM, vietnam_day
from lrs.db import Session, among, new_id

__all__ = [
    "CLOSED", "DELIVERIES", "OPEN", "PAUSED", "STEPS", "Meeting", "Plan", "StepRefused", "UnknownRollCall",
    "at_address", "attended", "countable", "find", "listed", "open_one", "rules_of", "step",
]  # fmt: skip

OPEN, PAUSED, CLOSED = "open", "paused", "closed"

STEPS: Mapping[str, tuple[frozenset[str], str]] = {
    "pause": (frozenset({OPEN}), PAUSED),
    "resume": (frozenset({PAUSED}), OPEN),
    "close": (frozenset({OPEN, PAUSED}), CLOSED),
    "reopen": (frozenset({CLOSED}), OPEN),
}
"""Which step leads from which states to which."""

DELIVERIES: Mapping[str, str] = {
    code: said
    for said, code in attendance.DELIVERIES.items()
    if code in ("talk", "class", "conference", "dialogue", "event")
}
"""How a session with people in one place is delivered, with its Vietnamese words."""

LONGEST = timedelta(hours=24)
MOST_MINUTES = 24 * 60

_TABLE = Base.metadata.tables[RollCall.__tablename__]


class UnknownRollCall(CertificationError):
    """There is none with this id."""

    def __init__(self) -> None:
        super().__init__("Không có buổi điểm danh này; xem lại danh sách các buổi")


class StepRefused(CertificationError):
    """The step leads nowhere from the state it is in."""

    _SAID: Mapping[str, str] = {OPEN: "đang mở", PAUSED: "đang tạm dừng", CLOSED: "đã kết thúc"}

    def __init__(self, state: str) -> None:
        super().__init__(f"Buổi này {self._SAID[state]}, nên không làm được bước đó; tải lại trang để xem tình trạng")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session is about and when; instants are aware. None of the minutes: as the rules say."""

    title: str
    delivery: str
    topics: Sequence[str]
    starts: datetime
    ends: datetime
    instructor: str | None = None
    place: str | None = None
    early_minutes: int | None = None
    late_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session as it is kept. Instants are UTC; `state` is open, paused or closed."""

    id: UUID
    organization_id: UUID
    unit: str
    unit_name: str
    address: str
    title: str
    delivery: str
    topics: tuple[str, ...]
    instructor: str | None
    place: str | None
    starts: datetime
    ends: datetime
    early_minutes: int
    late_minutes: int
    step_seconds: int
    secret: bytes
    state: str
    recorded_by: str
    closed: datetime | None

    @property
    def opens(self) -> datetime:
        """From when on codes are taken."""
        return self.starts - timedelta(minutes=self.early_minutes)

    @property
    def over(self) -> datetime:
        """Until when codes are taken."""
        return self.ends + timedelta(minutes=self.late_minutes)

    @property
    def minutes(self) -> int:
        """How long it lasts, as planned."""
        return max(1, round((self.ends - self.starts).total_seconds() / 60))


def open_one(session: Session, tenant: UUID, unit: str, plan: Plan, *, by: str, now: datetime) -> Meeting:
    """Opens a session in the name of the unit with this code.

    Raises ImportFaults with every fault by field of `Plan`, UnknownOrganization, NoMappingInForce, NoRollCallRules.
    """
    node = organizations.node(session, tenant, unit)
    day = vietnam_day(plan.starts)
    mapping = evidence_mapping.mapping_in_force(session, tenant, day)
    rules = roll_call_rules.in_force(session, tenant, PROGRAMME, day)
    early = rules.early_minutes if plan.early_minutes is None else plan.early_minutes
    late = rules.late_minutes if plan.late_minutes is None else plan.late_minutes
    if faults := [*_faults(tenant, mapping, unit, plan, early, late)]:
        raise ImportFaults(faults)
    row: dict[str, Any] = {
        "id": new_id(), "tenant_id": tenant, "organization_id": node.id, "address": codes.new_address(),
        "title": plan.title.strip(), "delivery": plan.delivery, "topics": " ".join(sorted(set(plan.topics))),
        "instructor": (plan.instructor or "").strip() or None, "place": (plan.place or "").strip() or None,
        "starts": plan.starts, "ends": plan.ends, "early_minutes": early, "late_minutes": late,
        "rule_file_id": rules.rule_file_id, "step_seconds": rules.step_seconds, "secret": codes.new_secret(),
        "state": OPEN, "recorded_by": by, "recorded": now, "closed": None,
    }  # fmt: skip
    bulk.insert(session, RollCall, [row])
    found = find(session, tenant, row["id"])
    _note(session, tenant, found, "open", by=by, now=now)
    return found


def _faults(tenant: UUID, mapping: EvidenceMapping, unit: str, plan: Plan, early: int, late: int) -> list[Fault]:
    faults = [*words.title_faults(0, "title", plan.title, needed=True)]
    for field, text in (("instructor", plan.instructor), ("place", plan.place)):
        faults += words.title_faults(0, field, text)
    if plan.delivery not in DELIVERIES:
        faults.append(Fault(0, "delivery", f"chọn một trong: {', '.join(DELIVERIES.values())}"))
    if not plan.topics:
        faults.append(Fault(0, "topics", "chọn ít nhất một chủ đề, để buổi này được tính"))
    unknown = [one for one in plan.topics if one not in mapping.topics]
    if unknown:
        faults.append(Fault(0, "topics", f"không có chủ đề “{unknown[0]}”; chọn lại trong danh sách"))
    if not timedelta() < plan.ends - plan.starts <= LONGEST:
        faults.append(Fault(0, "ends", "giờ kết thúc phải sau giờ bắt đầu, và buổi không dài quá 24 giờ"))
    for field, minutes in (("early_minutes", early), ("late_minutes", late)):
        if not 0 <= minutes <= MOST_MINUTES:
            faults.append(Fault(0, field, f"ghi số phút từ 0 đến {MOST_MINUTES}"))
    if not faults:
        made = attendance.statement(
            tenant,
            mapping,
            unit,
            attendance.ROLL_CALL,
            _attended(plan, "x"),
            Person(tenant, "x", "", None),
            entitled=False,
        )
        for topic in attendance.uncounted(mapping, made, _attended(plan, "x")):
            title = mapping.topics[topic]
            faults.append(Fault(0, "topics", f"“{title}” không tính cho hình thức này; đổi hình thức hoặc bỏ chủ đề"))
    return faults


def _attended(plan: Plan | Meeting, number: str) -> Attended:
    starts = plan.starts.astimezone(VIETNAM)
    minutes = max(1, round((plan.ends - plan.starts).total_seconds() / 60))
    return Attended(
        1, number, plan.title.strip(), None, starts.date(), starts.time().replace(microsecond=0), minutes,
        tuple(sorted(set(plan.topics))), plan.delivery, "", None, None, None, None,
    )  # fmt: skip


def attended(meeting: Meeting, number: str) -> Attended:
    """What being at the session says of the worker with this number."""
    return _attended(meeting, number)


def countable(session: Session, tenant: UUID, day: date) -> list[tuple[str, str]]:
    """The topics that being at a session counts for, in some way of holding it: codes with their titles. Raises
    NoMappingInForce."""
    mapping = evidence_mapping.mapping_in_force(session, tenant, day)
    found = []
    for code, title in mapping.topics.items():
        for delivery in DELIVERIES:
            one = Attended(1, "x", "x", None, day, None, 1, (code,), delivery, "", None, None, None, None)
            who = Person(tenant, "x", "", None)
            made = attendance.statement(tenant, mapping, "x", attendance.ROLL_CALL, one, who, entitled=False)
            if not attendance.uncounted(mapping, made, one):
                found.append((code, title))
                break
    return found


def step(session: Session, tenant: UUID, roll_call: UUID, name: str, *, by: str, now: datetime) -> Meeting:
    """Takes a step of `STEPS`; one that was taken already changes nothing. Raises UnknownRollCall, StepRefused."""
    before, after = STEPS[name]
    row = session.execute(
        sa.select(_TABLE.c.state).where(_TABLE.c.tenant_id == tenant, _TABLE.c.id == roll_call).with_for_update()
    ).one_or_none()
    if row is None:
        raise UnknownRollCall
    if row.state == after:
        return find(session, tenant, roll_call)
    if row.state not in before:
        raise StepRefused(row.state)
    session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.tenant_id == tenant, _TABLE.c.id == roll_call)
        .values(state=after, closed=now if after == CLOSED else None)
    )
    found = find(session, tenant, roll_call)
    _note(session, tenant, found, name, by=by, now=now)
    return found


def _note(session: Session, tenant: UUID, meeting: Meeting, name: str, *, by: str, now: datetime) -> None:
    told = {"title": meeting.title, "unit": meeting.unit}
    chain.add(session, tenant, by=by, act=f"roll_call.{name}", subject=f"roll-call:{meeting.id}", detail=told, now=now)


# ---------------------------------------------------------------- reading


def rules_of(session: Session, tenant: UUID, meeting: Meeting) -> RollCallRules:
    """The rules of the day of a session. Raises NoRollCallRules."""
    return roll_call_rules.in_force(session, tenant, PROGRAMME, vietnam_day(meeting.starts))


def find(session: Session, tenant: UUID, roll_call: UUID) -> Meeting:
    """The session with this id. Raises UnknownRollCall."""
    return _one(session, RollCall.tenant_id == tenant, RollCall.id == roll_call)


def at_address(session: Session, tenant: UUID, address: str) -> Meeting:
    """The session at this address. Raises UnknownRollCall."""
    if "\0" in address:
        raise UnknownRollCall
    return _one(session, RollCall.tenant_id == tenant, RollCall.address == address)


def listed(
    session: Session,
    tenant: UUID,
    *,
    organizations: Any,
    since: datetime | None = None,
    state: str | None = None,
    until: datetime | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Meeting]:
    """Sessions of units, the latest first: `organizations` is a set of their ids, a query for them, or None for all.

    Those that begin from `since` `until` then; those in a state; those after the last one (`before`) of a page.
    """
    query = _query().where(RollCall.tenant_id == tenant)
    if organizations is not None:
        within = (
            among(session, RollCall.organization_id, organizations)
            if isinstance(organizations, Collection)
            else RollCall.organization_id.in_(organizations)
        )
        query = query.where(within)
    if since is not None:
        query = query.where(RollCall.starts >= since)
    if until is not None:
        query = query.where(RollCall.starts <= until)
    if state is not None:
        query = query.where(RollCall.state == state)
    if before is not None:
        starts, last = before
        query = query.where(sa.or_(RollCall.starts < starts, sa.and_(RollCall.starts == starts, RollCall.id < last)))
    ordered = query.order_by(RollCall.starts.desc(), RollCall.id.desc()).limit(limit)
    return [_meeting(row) for row in session.execute(ordered)]


def _one(session: Session, *where: sa.ColumnElement[bool]) -> Meeting:
    row = session.execute(_query().where(*where).limit(1)).one_or_none()
    if row is None:
        raise UnknownRollCall
    return _meeting(row)


def _query() -> Any:
    return sa.select(
        RollCall.id, RollCall.organization_id, Organization.code, Organization.name, RollCall.address, RollCall.title,
        RollCall.delivery, RollCall.topics, RollCall.instructor, RollCall.place, RollCall.starts, RollCall.ends,
        RollCall.early_minutes, RollCall.late_minutes, RollCall.step_seconds, RollCall.secret, RollCall.state,
        RollCall.recorded_by, RollCall.closed,
    ).join(Organization, Organization.id == RollCall.organization_id)  # fmt: skip


def _meeting(row: Any) -> Meeting:
    parts = list(row)
    parts[7] = tuple(parts[7].split())
    return Meeting(*parts)
