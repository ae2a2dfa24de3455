"""Who was at a session: by the code on the own telephone, ticked by an officer, or typed in from paper.

    confirm    a worker, by the digits that were scanned or typed in
    tick       an officer's queue, each tick with an id made where it was ticked
    type_in    a paper list, with a picture of it
    withdraw   somebody was ticked wrongly

Each presence is a Statement of the organizer's, stored in the transaction that keeps it, as rows of lists are. Somebody
is present at a session once: whoever comes again is told since when. Evidence E2; on paper, or where a worker's own
word came afterwards, E1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from certification import bulk
from certification.access import rights
from certification.acts import chain
from certification.errors import CertificationError
from certification.evidence import attendance, issuing, kept_files, photographs, witnesses
from certification.evidence import words as text_words
from certification.evidence.witnesses import Witness
from certification.models import Base, Presence, RollCallSheet
from certification.people import workers
from certification.people.workers import Person
from certification.roll_calls import codes, meetings, words
from certification.roll_calls.meetings import Meeting
from certification.rules import evidence_mapping
from certification.spreadsheets import Fault, ImportFaults
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = [
    "DIGITS", "PAPER", "SCAN", "SHEET_BYTES", "TICK", "Confirmed", "NotPresent", "NotTaken", "Tick", "Ticked",
    "confirm", "tick", "type_in", "withdraw",
]  # fmt: skip

SCAN, DIGITS, TICK, PAPER = "scan", "digits", "tick", "paper"
SHEET_BYTES = 10_000_000
TICKS_AT_MOST = 2000
SHOWN = 60
"""Characters of what was typed for a number, where the fault tells of it."""
MOST_NEAR = 5000
"""Sessions of some days among which digits typed in alone are looked for."""
LATER = timedelta(minutes=5)
"""A tick that comes so long after it was made is shown as sent later."""

_TABLE = Base.metadata.tables[Presence.__tablename__]


class NotTaken(CertificationError):
    """What a worker sent is not taken; the words say why and what to do."""


class NotPresent(CertificationError):
    """That worker is not recorded as present."""

    def __init__(self, number: str) -> None:
        super().__init__(f"Người mang mã “{number}” chưa được ghi có mặt ở buổi này; tải lại danh sách")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A worker's presence: since when (UTC), whether it was known already, whether it came afterwards."""

    meeting: Meeting
    present: datetime
    again: bool
    sent_later: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A name ticked by an officer so long before it arrives here: an age is right whatever the telephone's clock says.
    `id` is made where it was ticked."""

    id: UUID
    number: str
    age: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Ticked:
    """What became of a tick: since when the worker is present, or why not."""

    tick: Tick
    present: datetime | None
    again: bool = False
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class _New:
    person: Person
    how: str
    present: datetime
    sent_later: bool = False
    device: str | None = None
    tick_id: UUID | None = None
    sheet: str | None = None


# ---------------------------------------------------------------- a worker


def confirm(
    session: Session,
    tenant: UUID,
    person: Person,
    digits: str,
    seen: datetime,
    *,
    address: str = "",
    proven: bool = False,
    device: str = "",
    account: str,
    secret: bytes,
    now: datetime,
) -> Confirmed:
    """Records the worker as present by the digits seen at a moment, at the session of `address`, or without one at the
    session of the own branch that showed them.

    `proven`: that this server saw the digits then (`codes.Ticket`); otherwise it is the telephone's word, which is
    worth one level less where the digits are not right by now. `device` is a text by which a telephone is known
    again; only its mark is kept. Raises UnknownRollCall, or NotTaken with words for the worker.
    """
    meeting = _meant(session, tenant, person, digits, seen, address)
    before = _known(session, tenant, meeting, [person.id]).get(person.id)
    if before is not None and before.live is not None:
        return Confirmed(meeting, before.live.present, True, before.live.sent_later)
    rules = meetings.rules_of(session, tenant, meeting)
    seen = min(seen, now)
    fresh = now - seen <= rules.ticket if proven else codes.is_right(meeting.secret, digits, now, meeting.step_seconds)
    _refuse(meeting, digits, seen, now, fresh=fresh, proven=proven, within=rules.send_within)
    if not _is_of_branch(session, tenant, meeting, person):
        raise NotTaken(words.OUTSIDE)
    how = SCAN if address else DIGITS
    mark = codes.device_mark(meeting.secret, device) if device else None
    new = _New(person, how, now if fresh and not proven else seen, not fresh, mark)
    kept = _record(session, tenant, meeting, [new], account=account, secret=secret, now=now)[person.id]
    return Confirmed(meeting, kept, kept != new.present, not fresh)


def _meant(session: Session, tenant: UUID, person: Person, digits: str, seen: datetime, address: str) -> Meeting:
    if address:
        return meetings.at_address(session, tenant, address)
    span = meetings.LONGEST * 2
    near = meetings.listed(session, tenant, organizations=None, since=seen - span, until=seen + span, limit=MOST_NEAR)
    shown = [one for one in near if codes.is_right(one.secret, digits, seen, one.step_seconds)]
    mine = [one for one in shown if _is_of_branch(session, tenant, one, person)]
    if len(mine) > 1:
        raise NotTaken(words.WHICH)
    if not mine:
        raise NotTaken(words.CHANGED)
    return mine[0]


def _refuse(
    meeting: Meeting, digits: str, seen: datetime, now: datetime, *, fresh: bool, proven: bool, within: timedelta
) -> None:
    """Raises NotTaken where the digits seen then are not to be taken now."""
    if seen < meeting.opens:
        raise NotTaken(words.opens(meeting.opens, now))
    if fresh and meeting.state == meetings.PAUSED:
        raise NotTaken(words.PAUSED)
    if meeting.state == meetings.CLOSED and (meeting.closed is None or seen > meeting.closed):
        raise NotTaken(words.CLOSED)
    if seen > meeting.over:
        raise NotTaken(words.over(meeting.over))
    if proven and not fresh:
        raise NotTaken(words.CHANGED)
    if now - seen > within:
        raise NotTaken(words.TOO_LATE)
    if not (fresh and not proven) and not codes.is_right(meeting.secret, digits, seen, meeting.step_seconds):
        raise NotTaken(words.CHANGED)


# ---------------------------------------------------------------- an officer


def tick(
    session: Session, tenant: UUID, roll_call: UUID, ticks: Sequence[Tick], *, by: str, secret: bytes, now: datetime
) -> list[Ticked]:
    """Records a queue of ticks; what became of each, in their order. A tick that is known changes nothing, also where
    it was taken back since. Raises UnknownRollCall. A number of SQL commands that does not grow with the queue."""
    bulk.import_alone(session, tenant)
    meeting = meetings.find(session, tenant, roll_call)
    people = workers.known_workers(session, tenant, {one.number for one in ticks})
    listed = {person.id for person in people.values()}
    unfit = _unfit(session, tenant, meeting, listed)
    known = _known(session, tenant, meeting, listed)
    earlier = _by_tick(session, tenant, meeting, [one.id for one in ticks])
    done: list[Ticked] = []
    new: dict[UUID, _New] = {}
    for one in ticks:
        person = people.get(one.number)
        at = now - max(one.age, timedelta())
        if one.id in earlier:
            done.append(Ticked(one, earlier[one.id], True))
        elif person is None or person.id in unfit:
            done.append(Ticked(one, None, refusal=words.NOBODY))
        elif (live := known[person.id].live if person.id in known else None) is not None:
            done.append(Ticked(one, live.present, True))
        elif person.id in new:
            done.append(Ticked(one, new[person.id].present, True))
        elif meeting.state == meetings.CLOSED and (meeting.closed is None or at > meeting.closed):
            done.append(Ticked(one, None, refusal=words.ALREADY_CLOSED))
        elif at < meeting.opens:
            done.append(Ticked(one, None, refusal=words.opens(meeting.opens, now)))
        else:
            new[person.id] = _New(person, TICK, at, one.age > LATER, tick_id=one.id)
            done.append(Ticked(one, at))
    _record(session, tenant, meeting, list(new.values()), account=by, secret=secret, now=now)
    return done


def type_in(
    session: Session,
    tenant: UUID,
    roll_call: UUID,
    numbers: Sequence[str],
    picture: bytes,
    file_name: str,
    *,
    by: str,
    secret: bytes,
    now: datetime,
) -> tuple[int, int]:
    """Records everybody on a paper list by number, with a picture of it; gives how many are new and how many known.

    All or nothing: raises ImportFaults with every fault by line of `numbers`, and UnknownRollCall.
    """
    bulk.import_alone(session, tenant)
    meeting = meetings.find(session, tenant, roll_call)
    people = workers.known_workers(session, tenant, set(numbers))
    listed = {person.id for person in people.values()}
    unfit = _unfit(session, tenant, meeting, listed)
    faults = [*_sheet_faults(picture)]
    first: dict[UUID, int] = {}
    for line, number in enumerate(numbers, start=1):
        person = people.get(number)
        if person is None or person.id in unfit:
            faults.append(Fault(line, "numbers", f"“{number[:SHOWN]}”: {words.NOBODY}"))
        elif first.setdefault(person.id, line) != line:
            faults.append(
                Fault(line, "numbers", f"“{number[:SHOWN]}” đã có ở dòng {first[person.id]}; chỉ giữ một dòng")
            )
    if not numbers:
        faults.append(Fault(0, "numbers", "ghi ít nhất một mã người lao động, mỗi dòng một mã"))
    if now < meeting.starts:
        faults.append(Fault(0, "", words.opens(meeting.starts, now)))
    if faults:
        raise ImportFaults(faults)
    picture = photographs.bare(picture)
    kept = kept_files.keep(session, tenant, picture, kept_files.kind_of(picture) or "", now=now)
    row = {"roll_call_id": meeting.id, "sha256": kept.sha256, "tenant_id": tenant, "recorded_by": by, "recorded": now}
    bulk.upsert(session, RollCallSheet, [{**row, "file_name": kept_files.safe_name(file_name)}])
    known = {one for one, found in _known(session, tenant, meeting, listed).items() if found.live is not None}
    new = [
        _New(person, PAPER, meeting.starts, sheet=kept.sha256)
        for person in {one.id: one for one in people.values()}.values()
        if person.id not in known
    ]
    _record(session, tenant, meeting, new, account=by, secret=secret, now=now)
    return len(new), len(known)


def _sheet_faults(picture: bytes) -> list[Fault]:
    if len(picture) > SHEET_BYTES:
        return [Fault(0, "picture", f"ảnh phải nhỏ hơn {SHEET_BYTES // 1_000_000} MB")]
    if kept_files.kind_of(picture) not in ("image/jpeg", "image/png", "application/pdf"):
        return [Fault(0, "picture", "chọn ảnh chụp danh sách giấy: tệp JPG, PNG hoặc PDF")]
    return []


def withdraw(
    session: Session, tenant: UUID, roll_call: UUID, number: str, *, reason: str, by: str, secret: bytes, now: datetime
) -> None:
    """Takes back that a worker was present: the Statement is voided, the record stays, and the act is on record.

    Raises UnknownRollCall, UnknownWorker, NotPresent, or ImportFaults where the reason is missing.
    """
    if faults := [*text_words.reason_faults(0, "reason", reason)]:
        raise ImportFaults(faults)
    bulk.import_alone(session, tenant)
    meeting = meetings.find(session, tenant, roll_call)
    person = workers.find(session, tenant, number)
    found = _known(session, tenant, meeting, [person.id]).get(person.id)
    if found is None or found.live is None:
        raise NotPresent(number)
    session.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.tenant_id == tenant, _TABLE.c.roll_call_id == meeting.id,
               _TABLE.c.worker_id == person.id, _TABLE.c.withdrawn.is_(None))
        .values(withdrawn=now, withdrawn_by=by, withdrawal_reason=reason)
    )  # fmt: skip
    identity = issuing.organization_identity(session, tenant, meeting.unit, meeting.unit_name, secret=secret)
    issuing.void(session, identity, found.statements)
    chain.add(
        session, tenant, by=by, act="roll_call.withdraw", subject=f"roll-call:{meeting.id}", worker=person.id,
        detail={"reason": reason}, now=now,
    )  # fmt: skip


# ---------------------------------------------------------------- rows and Statements


@dataclass(frozen=True, slots=True)
class _Live:
    present: datetime
    sent_later: bool


@dataclass(slots=True)
class _Known:
    """A worker's rows of a session: the last turn, and the one that holds, with its Statements (two, where two records
    of one person were merged)."""

    turn: int
    live: _Live | None
    statements: list[UUID]


def _known(session: Session, tenant: UUID, meeting: Meeting, worker_ids: Collection[UUID]) -> Mapping[UUID, _Known]:
    rows = session.execute(
        sa.select(Presence.worker_id, Presence.turn, Presence.present, Presence.sent_later, Presence.withdrawn,
                  Presence.statement_id)
        .where(Presence.tenant_id == tenant, Presence.roll_call_id == meeting.id,
               among(session, Presence.worker_id, worker_ids))
        .order_by(Presence.turn, Presence.statement_id)
    )  # fmt: skip
    found: dict[UUID, _Known] = {}
    for row in rows:
        one = found.setdefault(row.worker_id, _Known(0, None, []))
        one.turn = max(one.turn, row.turn)
        if row.withdrawn is None:
            one.live = one.live or _Live(row.present, row.sent_later)
            one.statements.append(row.statement_id)
    return found


def _by_tick(session: Session, tenant: UUID, meeting: Meeting, ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
    rows = session.execute(
        sa.select(Presence.tick_id, Presence.present).where(
            Presence.tenant_id == tenant, Presence.roll_call_id == meeting.id, among(session, Presence.tick_id, ids)
        )
    )
    return {row.tick_id: row.present for row in rows}


def _record(
    session: Session, tenant: UUID, meeting: Meeting, new: Sequence[_New], *, account: str, secret: bytes, now: datetime
) -> Mapping[UUID, datetime]:
    """Keeps these presences with their Statements; those who are there already stay so. Since when each is present."""
    bulk.import_alone(session, tenant)
    known = _known(session, tenant, meeting, [one.person.id for one in new])
    there = {one: found.live.present for one, found in known.items() if found.live is not None}
    fresh = [one for one in new if one.person.id not in there]
    if not fresh:
        return there
    mapping = evidence_mapping.mapping_in_force(session, tenant, vietnam_day(meeting.starts))
    rows, statements = [], []
    for one in fresh:
        turn = known[one.person.id].turn + 1 if one.person.id in known else 1
        statement_id = uuid5(meeting.id, f"{one.person.id}/{turn}")
        statements.append(_statement(tenant, mapping, meeting, one, statement_id))
        rows.append({
            "roll_call_id": meeting.id, "statement_id": statement_id, "tenant_id": tenant, "worker_id": one.person.id,
            "turn": turn, "how": one.how, "present": one.present, "recorded": now, "sent_later": one.sent_later,
            "device": one.device, "tick_id": one.tick_id, "sheet": one.sheet, "recorded_by": account,
            "withdrawn": None, "withdrawn_by": None, "withdrawal_reason": None,
        })  # fmt: skip
    identity = issuing.organization_identity(session, tenant, meeting.unit, meeting.unit_name, secret=secret)
    issuing.known_as(session, tenant, [one.person for one in fresh], now=now)
    issuing.publish(session, identity, statements)
    bulk.insert(session, Presence, rows)
    return {**there, **{one.person.id: one.present for one in fresh}}


def _statement(tenant: UUID, mapping: Any, meeting: Meeting, one: _New, statement_id: UUID) -> dict[str, Any]:
    kind = attendance.PAPER if one.how == PAPER else attendance.ROLL_CALL
    if one.sent_later and one.how in (SCAN, DIGITS):
        kind = attendance.SENT_LATER
    said = meetings.attended(meeting, one.person.number)
    made = attendance.statement(tenant, mapping, meeting.unit, kind, said, one.person, entitled=False)
    source = {"list": str(meeting.id), "how": one.how, "sent-later": one.sent_later}
    extensions = {**made["context"]["extensions"], f"{mapping.profile}/extension/source-list": source}
    context = {**made["context"], "registration": str(meeting.id), "extensions": extensions}
    return {**made, "id": str(statement_id), "context": context}


def _is_of_branch(session: Session, tenant: UUID, meeting: Meeting, person: Person) -> bool:
    return not _unfit(session, tenant, meeting, [person.id])


def _unfit(session: Session, tenant: UUID, meeting: Meeting, worker_ids: Collection[UUID]) -> Collection[UUID]:
    """Those of the workers who were not of the organizer's branch on the day: it speaks of its own alone."""
    day = vietnam_day(meeting.starts)
    organizer = Witness("", enterprise_ids=rights.branch(session, tenant, meeting.organization_id, day))
    return witnesses.unfit(session, tenant, organizer, worker_ids, day, day, oneself_too=False)
