"""A worker disputes a piece of evidence, or that one is missing; a named officer answers, and the answer stays.

    open_dispute  about a Statement that counts for the worker, or about one that is missing
    answer        kept, voided, or added, in a unit's name, with a reason
    withdraw, reopen
    listing       what waits for an answer, the most urgent first; history: every step of one
    standing      the disputes that were open on a day, to be shown beside a judgement

The days for an answer are the procedure's (`rules.procedures`). Nothing is ever deleted. Nobody answers one's own, nor
what one opened for somebody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.errors import CertificationError
from certification.evidence import facts, issuing, witnesses, words
from certification.evidence.witnesses import NotForYou, Within, Witness
from certification.models import Base, Dispute, DisputeStep, Worker
from certification.people import workers
from certification.people.workers import Person
from certification.rules import procedures
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import Fault, ImportFaults
from certification.units import organizations
from certification.units.trees import UnknownOrganization
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session, among, new_id

__all__ = [
    "OUTCOMES",
    "Disputed",
    "NotSo",
    "Step",
    "UnknownDispute",
    "answer",
    "find",
    "history",
    "listing",
    "open_dispute",
    "reopen",
    "standing",
    "withdraw",
]

KEPT, VOIDED, ADDED = "kept", "voided", "added"
OUTCOMES = (KEPT, VOIDED, ADDED)
OPEN, ANSWERED, WITHDRAWN = "open", "answered", "withdrawn"
STATES: Mapping[str, str] = {OPEN: "đang chờ trả lời", ANSWERED: "đã được trả lời", WITHDRAWN: "đã được rút"}

_DISPUTE = Base.metadata.tables[Dispute.__tablename__]


class UnknownDispute(CertificationError):
    """No dispute of that worker has this id."""

    def __init__(self, dispute_id: UUID) -> None:
        super().__init__(f"Không có khiếu nại nào mang mã {dispute_id} của người này")


class NotSo(CertificationError):
    """What is asked for does not go with how the dispute stands."""

    def __init__(self, state: str) -> None:
        super().__init__(f"Khiếu nại này {STATES[state]}; không làm được việc này nữa")


@dataclass(frozen=True, slots=True)
class Disputed:
    """A dispute as it stands. `statement_id` is None where evidence is missing. Days are days in Vietnam."""

    id: UUID
    number: str
    year: int
    statement_id: UUID | None
    words: str
    state: str
    due: date
    opened_on: date
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Step:
    """What was done about a dispute. `recorded` is UTC."""

    place: int
    what: str
    outcome: str | None
    unit: str | None
    reason: str
    statement_id: UUID | None
    recorded_by: str
    recorded: datetime


# ---------------------------------------------------------------- the worker


def open_dispute(
    session: Session,
    tenant: UUID,
    number: str,
    *,
    year: int,
    statement_id: UUID | None,
    reason: str,
    witness: Witness,
    now: datetime,
    programme: str = PROGRAMME,
) -> Disputed:
    """Opens a dispute of the worker `number` about an assessment year: of a Statement, or of what is missing.

    By the worker's own account, or that of somebody of the branch. The same Statement while it is disputed already
    gives the dispute there is. Raises UnknownWorker, NotForYou, NoProcedureInForce, or ImportFaults: a Statement that
    is unknown, voided, or about somebody else.
    """
    bulk.import_alone(session, tenant)
    person = workers.find(session, tenant, number)
    today = vietnam_day(now)
    if person.id not in witnesses.own_workers(session, tenant, witness):
        witnesses.refuse_unfit(session, tenant, witness, person.id, date(today.year, 1, 1), today)
    procedure = procedures.in_force(session, tenant, programme, today)
    faults = list(words.reason_faults(0, "reason", reason))
    if not 2000 <= year <= today.year:
        faults.append(Fault(0, "year", f"năm {year} không phải từ 2000 đến {today.year}; sửa năm"))
    if statement_id is not None:
        faults += _evidence_faults(session, tenant, person, statement_id)
    if faults:
        raise ImportFaults(faults)
    for one in _of_worker(session, tenant, person):
        if one.state != OPEN:
            continue
        if one.statement_id == statement_id and (statement_id is not None or one.words == reason):
            return one
    row = {
        "worker_id": person.id,
        "id": new_id(),
        "tenant_id": tenant,
        "year": year,
        "statement_id": statement_id,
        "words": reason,
        "state": OPEN,
        "due": today + timedelta(days=procedure.answer_within_days),
        "opened_on": today,
        "closed_on": None,
    }
    bulk.insert(session, Dispute, [row])
    opened = _disputed(row, person.number)
    _step(session, tenant, person, opened, 1, "opened", reason, witness, now, statement_id=statement_id)
    return opened


def _evidence_faults(
    session: Session, tenant: UUID, person: Person, statement_id: UUID, *, must_hold: bool = True
) -> list[Fault]:
    """Why a Statement is no evidence about the worker. Whether somebody else's exists is not told."""
    found = api.get_statements(session, tenant, [statement_id])
    actors = facts.actors_of(found[0].document) if found else frozenset()
    owners = workers.owners(session, tenant, actors)
    if person.id not in {owner.id for owner in owners.values()}:
        message = f"không có minh chứng nào mang mã {statement_id} của người này; xem lại mã"
        return [Fault(0, "statement", message)]
    if must_hold and found[0].voided:
        return [Fault(0, "statement", "minh chứng này đã bị huỷ, không còn được tính")]
    return []


def withdraw(
    session: Session, tenant: UUID, number: str, dispute_id: UUID, *, reason: str, witness: Witness, now: datetime
) -> Disputed:
    """Takes an open dispute back, by the worker or whoever opened it. Raises UnknownDispute, NotForYou, NotSo."""
    person, one, steps = _found(session, tenant, number, dispute_id, reason)
    _refuse_stranger(session, tenant, witness, person, steps)
    if one.state != OPEN:
        raise NotSo(one.state)
    return _change(session, tenant, person, one, steps, "withdrawn", WITHDRAWN, reason, witness, now)


def reopen(
    session: Session,
    tenant: UUID,
    number: str,
    dispute_id: UUID,
    *,
    reason: str,
    witness: Witness,
    now: datetime,
    programme: str = PROGRAMME,
) -> Disputed:
    """Says that the answer does not settle it; it waits for another one, with as many days again. Raises as
    `withdraw`."""
    person, one, steps = _found(session, tenant, number, dispute_id, reason)
    _refuse_stranger(session, tenant, witness, person, steps)
    if one.state != ANSWERED:
        raise NotSo(one.state)
    today = vietnam_day(now)
    due = today + timedelta(days=procedures.in_force(session, tenant, programme, today).answer_within_days)
    return _change(session, tenant, person, one, steps, "reopened", OPEN, reason, witness, now, due=due)


# ---------------------------------------------------------------- the officer


def answer(
    session: Session,
    tenant: UUID,
    number: str,
    dispute_id: UUID,
    *,
    outcome: str,
    unit: str,
    reason: str,
    witness: Witness,
    secret: bytes,
    now: datetime,
    added: UUID | None = None,
) -> Disputed:
    """Answers an open dispute in the name of `unit`: the evidence is `kept`, is `voided` here and now, or was `added`.

    What was added is a Statement about the worker (of a list, say), named by `added`. Raises UnknownWorker,
    UnknownDispute, UnknownOrganization, NotForYou, NotSo, or ImportFaults with every fault.
    """
    person, one, steps = _found(session, tenant, number, dispute_id, reason)
    today = vietnam_day(now)
    witnesses.refuse_unfit(session, tenant, witness, person.id, date(min(one.year, today.year), 1, 1), today)
    if any(step.recorded_by == witness.account for step in steps if step.what in ("opened", "reopened")):
        raise NotForYou("người đã nhập khiếu nại này không tự trả lời; nhờ người khác")
    if one.state != OPEN:
        raise NotSo(one.state)
    node = organizations.nodes(session, tenant).get(unit)
    if node is None:
        raise UnknownOrganization(unit)
    faults = _outcome_faults(session, tenant, person, one, outcome, added)
    if faults:
        raise ImportFaults(faults)
    if outcome == VOIDED and one.statement_id is not None:
        identity = issuing.organization_identity(session, tenant, node.code, node.name, secret=secret)
        issuing.void(session, identity, [one.statement_id])
    changed = {VOIDED: one.statement_id, ADDED: added}.get(outcome)
    return _change(
        session, tenant, person, one, steps, "answered", ANSWERED, reason, witness, now,
        outcome=outcome, unit=unit, statement_id=changed,
    )  # fmt: skip


def _outcome_faults(
    session: Session, tenant: UUID, person: Person, one: Disputed, outcome: str, added: UUID | None
) -> list[Fault]:
    if outcome not in OUTCOMES:
        return [Fault(0, "outcome", f"“{outcome}” không hiểu được; ghi một trong: {', '.join(OUTCOMES)}")]
    if outcome == ADDED:
        if added is None:
            return [Fault(0, "added", "ghi mã Statement của minh chứng đã bổ sung")]
        return _evidence_faults(session, tenant, person, added)
    faults = []
    if added is not None:
        faults.append(Fault(0, "added", "chỉ ghi khi kết quả là bổ sung (added)"))
    if outcome == VOIDED:
        if one.statement_id is None:
            faults.append(Fault(0, "outcome", "khiếu nại này về việc thiếu minh chứng, không có gì để huỷ"))
        else:
            found = api.get_statements(session, tenant, [one.statement_id])
            if found and len(facts.actors_of(found[0].document)) > 1:
                message = "minh chứng này ghi chung nhiều người, huỷ thì mất của tất cả; nhờ nơi đã ghi sửa lại"
                faults.append(Fault(0, "outcome", message))
    return faults


# ---------------------------------------------------------------- steps


def _found(
    session: Session, tenant: UUID, number: str, dispute_id: UUID, reason: str
) -> tuple[Person, Disputed, list[Step]]:
    bulk.import_alone(session, tenant)
    if faults := list(words.reason_faults(0, "reason", reason)):
        raise ImportFaults(faults)
    person = workers.find(session, tenant, number)
    for one in _of_worker(session, tenant, person):
        if one.id == dispute_id:
            return person, one, history(session, tenant, person.id, dispute_id)
    raise UnknownDispute(dispute_id)


def _refuse_stranger(session: Session, tenant: UUID, witness: Witness, person: Person, steps: Sequence[Step]) -> None:
    own = witnesses.own_workers(session, tenant, witness)
    if person.id not in own and witness.account not in {step.recorded_by for step in steps if step.what == "opened"}:
        raise NotForYou("chỉ người khiếu nại mới làm được việc này")


def _change(
    session: Session,
    tenant: UUID,
    person: Person,
    one: Disputed,
    steps: Sequence[Step],
    what: str,
    state: str,
    reason: str,
    witness: Witness,
    now: datetime,
    *,
    due: date | None = None,
    outcome: str | None = None,
    unit: str | None = None,
    statement_id: UUID | None = None,
) -> Disputed:
    _step(
        session, tenant, person, one, steps[-1].place + 1, what, reason, witness, now,
        outcome=outcome, unit=unit, statement_id=statement_id,
    )  # fmt: skip
    session.execute(
        sa.update(_DISPUTE)
        .where(_DISPUTE.c.tenant_id == tenant, _DISPUTE.c.worker_id == person.id, _DISPUTE.c.id == one.id)
        .values(state=state, due=due or one.due, closed_on=None if state == OPEN else vietnam_day(now))
    )
    (changed,) = (each for each in _of_worker(session, tenant, person) if each.id == one.id)
    return changed


def _step(
    session: Session,
    tenant: UUID,
    person: Person,
    one: Disputed,
    place: int,
    what: str,
    reason: str,
    witness: Witness,
    now: datetime,
    *,
    outcome: str | None = None,
    unit: str | None = None,
    statement_id: UUID | None = None,
) -> None:
    row = {"worker_id": person.id, "dispute_id": one.id, "place": place, "tenant_id": tenant, "what": what}
    row |= {"outcome": outcome, "unit": unit, "reason": reason, "statement_id": statement_id}
    bulk.insert(session, DisputeStep, [{**row, "recorded_by": witness.account, "recorded": now}])


# ---------------------------------------------------------------- reading


def standing(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int, on: date
) -> dict[UUID, tuple[Disputed, ...]]:
    """The disputes of these workers about a year that waited for an answer at the end of the day `on` (in Vietnam).

    One SQL command. Somebody without any is left out. One that was answered and reopened counts as open from the day it
    was first opened.
    """
    rows = session.execute(
        sa.select(*_DISPUTE.columns, Worker.number)
        .join(Worker, Worker.id == _DISPUTE.c.worker_id)
        .where(
            among(session, _DISPUTE.c.worker_id, worker_ids),
            _DISPUTE.c.tenant_id == tenant,
            _DISPUTE.c.year == year,
            _DISPUTE.c.opened_on <= on,
            sa.or_(_DISPUTE.c.closed_on.is_(None), _DISPUTE.c.closed_on > on),
        )
        .order_by(_DISPUTE.c.due, _DISPUTE.c.id)
    ).mappings()
    found: dict[UUID, list[Disputed]] = defaultdict(list)
    for row in rows:
        found[row["worker_id"]].append(_disputed(dict(row), row["number"]))
    return {worker_id: tuple(disputes) for worker_id, disputes in found.items()}


def history(session: Session, tenant: UUID, worker_id: UUID, dispute_id: UUID) -> list[Step]:
    """Every step of a dispute, the first first."""
    rows: Any = session.execute(
        sa.select(
            DisputeStep.place,
            DisputeStep.what,
            DisputeStep.outcome,
            DisputeStep.unit,
            DisputeStep.reason,
            DisputeStep.statement_id,
            DisputeStep.recorded_by,
            DisputeStep.recorded,
        )
        .where(
            DisputeStep.tenant_id == tenant,
            DisputeStep.worker_id == worker_id,
            DisputeStep.dispute_id == dispute_id,
        )
        .order_by(DisputeStep.place)
    )
    return [Step(*row) for row in rows]


def listing(
    session: Session,
    tenant: UUID,
    *,
    number: str | None = None,
    state: str | None = None,
    within: Within | None = None,
    limit: int = 100,
    after: tuple[date, UUID] | None = None,
) -> list[Disputed]:
    """Disputes by the day they are due: of one worker, in one state, of workers `within` reach.

    At most `limit`, beginning `after` (due, id) of the one before.
    """
    query = sa.select(*_DISPUTE.columns, Worker.number).join(Worker, Worker.id == _DISPUTE.c.worker_id)
    query = query.where(_DISPUTE.c.tenant_id == tenant)
    if number is not None:
        query = query.where(_DISPUTE.c.worker_id == workers.find(session, tenant, number).id)
    if state is not None:
        query = query.where(_DISPUTE.c.state == state)
    if within is not None:
        query = query.where(within.workers(session, _DISPUTE.c.worker_id))
    if after is not None:
        query = query.where(sa.tuple_(_DISPUTE.c.due, _DISPUTE.c.id) > sa.tuple_(*map(sa.literal, after)))
    rows = session.execute(query.order_by(_DISPUTE.c.due, _DISPUTE.c.id).limit(limit)).mappings()
    return [_disputed(dict(row), row["number"]) for row in rows]


def find(session: Session, tenant: UUID, number: str, id_: UUID) -> Disputed:
    """One of a worker, as it stands. Raises UnknownWorker or UnknownDispute."""
    for one in _of_worker(session, tenant, workers.find(session, tenant, number)):
        if one.id == id_:
            return one
    raise UnknownDispute(id_)


def _of_worker(session: Session, tenant: UUID, person: Person) -> list[Disputed]:
    rows = session.execute(
        sa.select(_DISPUTE)
        .where(_DISPUTE.c.tenant_id == tenant, _DISPUTE.c.worker_id == person.id)
        .order_by(_DISPUTE.c.due, _DISPUTE.c.id)
    ).mappings()
    return [_disputed(dict(row), person.number) for row in rows]


def _disputed(row: Mapping[str, Any], number: str) -> Disputed:
    return Disputed(
        id=row["id"],
        number=number,
        year=row["year"],
        statement_id=row["statement_id"],
        words=row["words"],
        state=row["state"],
        due=row["due"],
        opened_on=row["opened_on"],
        closed_on=row["closed_on"],
    )
