"""A worker disputes a piece of evidence, or that one is missing; a named officer answers, and the answer stays.

    open_dispute  about a Statement that counts for the worker, or about one that is missing
    answer        kept, voided, or added, in a unit's name, with a reason
    withdraw, reopen
    listing       what waits for an answer, the most urgent first; history: every step of one
    standing      the disputes that were open on a day, to be shown beside a judgement

A dispute is a case (`cases`). The days for an answer are the procedure's (`rules.procedures`). Nobody answers one's
own, nor what one opened for somebody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.evidence import cases, facts, issuing, witnesses, words
from certification.evidence.cases import Cases, Move
from certification.evidence.witnesses import NotForYou, Witness
from certification.models import Dispute, DisputeStep
from certification.people import linking, workers
from certification.people.workers import Person
from certification.rules import procedures
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import Fault, ImportFaults
from certification.units import organizations
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import Session, among, new_id

__all__ = [
    "DISPUTES",
    "OUTCOMES",
    "Disputed",
    "Step",
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
class Step(cases.Step):
    """What was done about a dispute."""

    outcome: str | None


def _disputed(row: Mapping[str, Any]) -> Disputed:
    return Disputed(**{field.name: row[field.name] for field in fields(Disputed)})


DISPUTES = Cases(
    noun="khiếu nại",
    states=STATES,
    moves={
        "answered": Move((OPEN,), ANSWERED),
        "withdrawn": Move((OPEN,), WITHDRAWN),
        "reopened": Move((ANSWERED,), OPEN),
    },
    table=Dispute,
    step_table=DisputeStep,
    key="dispute_id",
    read=_disputed,
    step=Step,
)
find, history, listing = DISPUTES.find, DISPUTES.history, DISPUTES.listing


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
    witnesses.refuse_stranger(session, tenant, witness, person.id, today)
    procedure = procedures.in_force(session, tenant, programme, today)
    faults = list(words.reason_faults(0, "reason", reason))
    if not 2000 <= year <= today.year:
        faults.append(Fault(0, "year", f"năm {year} không phải từ 2000 đến {today.year}; sửa năm"))
    if statement_id is not None:
        faults += _evidence_faults(session, tenant, person, statement_id)
    if faults:
        raise ImportFaults(faults)
    for one in DISPUTES.of_worker(session, tenant, person):
        if one.state != OPEN:
            continue
        if one.statement_id == statement_id and (statement_id is not None or one.words == reason):
            return one
    row = {
        "id": new_id(),
        "year": year,
        "statement_id": statement_id,
        "words": reason,
        "state": OPEN,
        "due": today + timedelta(days=procedure.answer_within_days),
        "opened_on": today,
        "closed_on": None,
    }
    return DISPUTES.open(session, tenant, person, row, "opened", witness, now, reason=reason, statement_id=statement_id)


def _evidence_faults(session: Session, tenant: UUID, person: Person, statement_id: UUID) -> list[Fault]:
    """Why a Statement is no evidence about the worker. Whether somebody else's exists is not told."""
    found = api.get_statements(session, tenant, [statement_id])
    actors = facts.actors_of(found[0].document) if found else frozenset()
    owners = linking.owners(session, tenant, actors)
    if person.id not in {owner.id for owner in owners.values()}:
        message = f"không có minh chứng nào mang mã {statement_id} của người này; xem lại mã"
        return [Fault(0, "statement", message)]
    if found[0].voided:
        return [Fault(0, "statement", "minh chứng này đã bị huỷ, không còn được tính")]
    return []


def withdraw(
    session: Session, tenant: UUID, number: str, dispute_id: UUID, *, reason: str, witness: Witness, now: datetime
) -> Disputed:
    """Takes an open dispute back, by the worker or whoever opened it. Raises UnknownCase, NotForYou, NotSo."""
    person, one, steps = DISPUTES.at_hand(session, tenant, number, dispute_id, reason=reason)
    _refuse_stranger(session, tenant, witness, person, steps)
    DISPUTES.allow(one, "withdrawn")
    row = {"closed_on": vietnam_day(now)}
    return DISPUTES.take(session, tenant, person, one, steps, "withdrawn", witness, now, row=row, reason=reason)


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
    person, one, steps = DISPUTES.at_hand(session, tenant, number, dispute_id, reason=reason)
    _refuse_stranger(session, tenant, witness, person, steps)
    DISPUTES.allow(one, "reopened")
    today = vietnam_day(now)
    due = today + timedelta(days=procedures.in_force(session, tenant, programme, today).answer_within_days)
    row = {"due": due, "closed_on": None}
    return DISPUTES.take(session, tenant, person, one, steps, "reopened", witness, now, row=row, reason=reason)


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
    UnknownCase, UnknownOrganization, NotForYou, NotSo, or ImportFaults with every fault.
    """
    person, one, steps = DISPUTES.at_hand(session, tenant, number, dispute_id, reason=reason)
    today = vietnam_day(now)
    witnesses.refuse_unfit(session, tenant, witness, person.id, date(min(one.year, today.year), 1, 1), today)
    if any(step.recorded_by == witness.account for step in steps if step.what in ("opened", "reopened")):
        raise NotForYou("người đã nhập khiếu nại này không tự trả lời; nhờ người khác")
    DISPUTES.allow(one, "answered")
    node = organizations.node(session, tenant, unit)
    faults = _outcome_faults(session, tenant, person, one, outcome, added)
    if faults:
        raise ImportFaults(faults)
    if outcome == VOIDED and one.statement_id is not None:
        identity = issuing.organization_identity(session, tenant, node.code, node.name, secret=secret)
        issuing.void(session, identity, [one.statement_id])
    changed = {VOIDED: one.statement_id, ADDED: added}.get(outcome)
    return DISPUTES.take(
        session, tenant, person, one, steps, "answered", witness, now,
        row={"closed_on": today}, outcome=outcome, unit=unit, reason=reason, statement_id=changed,
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


def _refuse_stranger(session: Session, tenant: UUID, witness: Witness, person: Person, steps: Sequence[Step]) -> None:
    own = witnesses.own_workers(session, tenant, witness)
    if person.id not in own and witness.account not in {step.recorded_by for step in steps if step.what == "opened"}:
        raise NotForYou("chỉ người khiếu nại mới làm được việc này")


# ---------------------------------------------------------------- reading


def standing(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int, on: date
) -> dict[UUID, tuple[Disputed, ...]]:
    """The disputes of these workers about a year that waited for an answer at the end of the day `on` (in Vietnam).

    One SQL command. Somebody without any is left out. One that was answered and reopened counts as open from the day it
    was first opened.
    """
    table = Dispute.__table__.c
    found: dict[UUID, list[Disputed]] = defaultdict(list)
    for worker_id, one in DISPUTES.where(
        session,
        tenant,
        among(session, table.worker_id, worker_ids),
        table.year == year,
        table.opened_on <= on,
        sa.or_(table.closed_on.is_(None), table.closed_on > on),
    ):
        found[worker_id].append(one)
    return {worker_id: tuple(disputes) for worker_id, disputes in found.items()}
