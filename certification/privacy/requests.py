"""What persons ask about their data, and by when it is met: see, copy, correct, delete, restrict, object, withdraw.

    open_request  by the worker, or by an officer for one who came in person
    confirm       tells the worker how it goes on, within the working days of the rules
    extend        once, with a reason
    meet, refuse  closes it; lift: what was restricted is free again; take_back: by the worker
    listing       what is open, the most urgent first; overdue on a day

A request is a case (`evidence.cases`), its terms are data (`rules.personal_data`), working days come from calendars by
year (`rules.working_days`). Terms in days are days of the calendar after the one of receipt, and end on the very day,
also where that is not worked: never later than any reading of the law. Asking to withdraw ends the consents at once;
the term is for those who have the data already. Each step is an act on record about the worker.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.evidence import cases, witnesses, words
from certification.evidence.cases import Cases, Move, NotSo
from certification.evidence.witnesses import NotForYou, Within, Witness
from certification.models import DataRequest, DataRequestStep
from certification.people import workers
from certification.people.workers import Person
from certification.privacy import consents, purposes
from certification.rules import working_days
from certification.rules.criteria import PROGRAMME
from certification.rules.personal_data import REQUESTS, Term
from certification.spreadsheets import Fault, ImportFaults
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = [
    "OPEN",
    "STATES",
    "Request",
    "Step",
    "close_all",
    "confirm",
    "extend",
    "find",
    "history",
    "lift",
    "listing",
    "meet",
    "of_worker",
    "open_request",
    "overdue",
    "refuse",
    "take_back",
    "waiting",
]

RECEIVED, CONFIRMED, EXTENDED = "received", "confirmed", "extended"
OPEN = (RECEIVED, CONFIRMED, EXTENDED)
DONE, LIFTED, REFUSED, TAKEN_BACK = "done", "lifted", "refused", "taken_back"

STATES: Mapping[str, str] = {
    RECEIVED: "mới nhận, chờ xác nhận với người yêu cầu",
    CONFIRMED: "đã xác nhận, đang thực hiện",
    EXTENDED: "đang thực hiện, đã gia hạn",
    DONE: "đã thực hiện",
    LIFTED: "đã thôi hạn chế",
    REFUSED: "đã bị từ chối",
    TAKEN_BACK: "đã được người yêu cầu rút lại",
}

WITHDRAW, RESTRICTING = "withdraw", ("restrict", "object")
NOT_OWN = "không ai tự trả lời yêu cầu của chính mình; nhờ người khác"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it stands. Days are days in Vietnam; `due` is that of what is to be done next. `unknown_years`: of
    which no calendar of working days was loaded, so that `confirm_by` was counted by weeks alone."""

    id: UUID
    number: str
    kind: str
    purpose: str | None
    words: str
    state: str
    due: date
    received_on: date
    confirm_by: date
    meet_by: date
    with_others: bool
    unknown_years: tuple[int, ...]
    closed_on: date | None

    def is_overdue(self, on: date) -> bool:
        """Whether somebody should have acted by the day before."""
        return self.state in OPEN and self.due < on


Step = cases.Step


def _request(row: Mapping[str, Any]) -> Request:
    told = {field.name: row[field.name] for field in fields(Request)}
    return Request(**told | {"unknown_years": tuple(int(year) for year in row["unknown_years"].split())})


_REQUESTS = Cases(
    noun="yêu cầu",
    states=STATES,
    moves={
        "confirmed": Move((RECEIVED,), CONFIRMED),
        "extended": Move((RECEIVED, CONFIRMED), EXTENDED),
        "met": Move(OPEN, DONE),
        "refused": Move(OPEN, REFUSED),
        "lifted": Move((DONE,), LIFTED),
        "taken_back": Move(OPEN, TAKEN_BACK),
    },
    table=DataRequest,
    step_table=DataRequestStep,
    key="request_id",
    read=_request,
    step=Step,
)
find, history, of_worker = _REQUESTS.find, _REQUESTS.history, _REQUESTS.of_worker


# ---------------------------------------------------------------- the worker


def open_request(
    session: Session,
    tenant: UUID,
    number: str,
    *,
    kind: str,
    reason: str,
    witness: Witness,
    now: datetime,
    purpose: str | None = None,
    received_on: date | None = None,
) -> Request:
    """Keeps what the worker `number` asks for. `purpose`: about one use of the data; `received_on`: an earlier day on
    which it came on paper.

    The same again by the same account while it is open gives the one there is: two who ask are two. A request to
    withdraw ends the consents here and now. Raises UnknownWorker, NotForYou, NoPersonalDataRules, or ImportFaults with
    every fault.
    """
    bulk.import_alone(session, tenant)
    person = workers.find(session, tenant, number)
    today = vietnam_day(now)
    witnesses.refuse_stranger(session, tenant, witness, person.id, today)
    of = purposes.rules(session, tenant, today)
    day = today if received_on is None else received_on
    faults = list(words.reason_faults(0, "reason", reason))
    if kind not in of.terms:
        faults.append(Fault(0, "kind", f"“{kind}” không hiểu được; ghi một trong: {', '.join(REQUESTS)}"))
    if purpose is not None and purpose not in of.purposes:
        faults.append(Fault(0, "purpose", str(purposes.UnknownPurpose(purpose, of.purposes))))
    if not today - timedelta(days=30) <= day <= today:
        faults.append(Fault(0, "received_on", "ngày nhận phải là hôm nay hoặc trong 30 ngày vừa qua"))
    if faults:
        raise ImportFaults(faults)
    for one in of_worker(session, tenant, person):
        same = one.state in OPEN and (one.kind, one.purpose, one.words) == (kind, purpose, reason)
        if same and history(session, tenant, person.id, one.id)[0].recorded_by == witness.account:
            return one
    term = of.terms[kind]
    known = working_days.calendars(session, tenant, PROGRAMME, today)
    confirm_by = working_days.count(known, day, of.confirm_working_days)
    meet_by = day + timedelta(days=term.days)
    row = {
        "id": new_id(), "kind": kind, "purpose": purpose, "words": reason, "rule_file_id": of.rule_file_id,
        "state": RECEIVED, "due": min(confirm_by.day, meet_by), "received_on": day, "confirm_by": confirm_by.day,
        "meet_by": meet_by, "with_others": False,
        "unknown_years": " ".join(str(year) for year in confirm_by.unknown_years), "closed_on": None,
    }  # fmt: skip
    made = _REQUESTS.open(session, tenant, person, row, "opened", witness, now, reason=reason)
    if kind == WITHDRAW:
        given = consents.of_worker(session, tenant, person.id)
        ending = [one.id for one in given if purpose in (None, one.purpose)]
        consents.withdraw(session, tenant, number, ending, by=witness.account, now=now)
    _act(session, tenant, person, made, "open", reason, witness, now)
    return made


def take_back(
    session: Session, tenant: UUID, number: str, request_id: UUID, *, reason: str, witness: Witness, now: datetime
) -> Request:
    """The worker, or whoever brought it in, asks no more. Raises UnknownCase, NotForYou, NotSo."""
    person, one, steps = _REQUESTS.at_hand(session, tenant, number, request_id, reason=None)
    own = witnesses.own_workers(session, tenant, witness)
    if person.id not in own and witness.account != steps[0].recorded_by:
        raise NotForYou("chỉ người yêu cầu mới rút lại được")
    _refuse(one, "taken_back", reason)
    return _take(session, tenant, person, one, steps, "taken_back", reason, witness, now, closed_on=vietnam_day(now))


# ---------------------------------------------------------------- whoever answers


def confirm(
    session: Session,
    tenant: UUID,
    number: str,
    request_id: UUID,
    *,
    reason: str,
    witness: Witness,
    now: datetime,
    with_others: bool = False,
) -> Request:
    """Keeps that the worker was told that the request came and how it goes on (`reason`: in which words).

    `with_others`: somebody else has the data and has to act as well; then the longer term holds. Raises
    UnknownWorker, UnknownCase, NotForYou, NotSo.
    """
    person, one, steps = _at_hand(session, tenant, number, request_id, witness)
    _refuse(one, "confirmed", reason)
    term = _term(session, tenant, one)
    days = term.days_with_others if with_others else term.days
    meet_by = one.received_on + timedelta(days=days)
    row = {"meet_by": meet_by, "due": meet_by, "with_others": with_others}
    return _take(session, tenant, person, one, steps, "confirmed", reason, witness, now, **row)


def extend(
    session: Session, tenant: UUID, number: str, request_id: UUID, *, reason: str, witness: Witness, now: datetime
) -> Request:
    """Puts it off by the days of the rules, once, before it is overdue, for a reason that the worker is told. Raises as
    `confirm`, and ImportFaults for one whose term has run out."""
    person, one, steps = _at_hand(session, tenant, number, request_id, witness)
    late = f"hạn {one.meet_by:%d/%m/%Y} đã qua, không gia hạn được nữa; trả lời ngay"
    _refuse(one, "extended", reason, late if one.meet_by < vietnam_day(now) else "")
    meet_by = one.meet_by + timedelta(days=_term(session, tenant, one).extension_days)
    return _take(session, tenant, person, one, steps, "extended", reason, witness, now, meet_by=meet_by, due=meet_by)


def meet(
    session: Session, tenant: UUID, number: str, request_id: UUID, *, reason: str, witness: Witness, now: datetime
) -> Request:
    """Keeps that it was done, and what (`reason`). A restriction holds from today on (`consents.held_back`). Raises as
    `confirm`."""
    return _close(session, tenant, number, request_id, "met", reason, witness, now)


def refuse(
    session: Session, tenant: UUID, number: str, request_id: UUID, *, reason: str, witness: Witness, now: datetime
) -> Request:
    """Keeps that it is not done, and on which ground. Raises as `confirm`."""
    return _close(session, tenant, number, request_id, "refused", reason, witness, now)


def close_all(session: Session, tenant: UUID, worker_ids: Collection[UUID], *, by: str, now: datetime) -> None:
    """Whatever somebody who is erased has asked is met: there is nothing left to see, correct or hold back. Each gets
    its step, and so do those of records that were merged; what was done is told by the act of erasing. Two SQL
    commands."""
    table, today = DataRequest.__table__.c, vietnam_day(now)
    left = (table.tenant_id == tenant, among(session, table.worker_id, worker_ids), table.state.in_(OPEN))
    last = sa.func.coalesce(
        sa.select(sa.func.max(DataRequestStep.place))
        .where(DataRequestStep.worker_id == table.worker_id, DataRequestStep.request_id == table.id)
        .scalar_subquery(),
        0,
    )
    rows = session.execute(sa.select(table.worker_id, table.id, last.label("place")).where(*left)).all()
    said = {"tenant_id": tenant, "what": "met", "unit": None, "reason": "", "recorded_by": by, "recorded": now}
    bulk.insert(
        session,
        DataRequestStep,
        [
            {**said, "worker_id": row.worker_id, "request_id": row.id, "place": row.place + 1, "statement_id": None}
            for row in rows
        ],
    )
    session.execute(sa.update(DataRequest).where(*left).values(state=DONE, closed_on=today))


def lift(
    session: Session, tenant: UUID, number: str, request_id: UUID, *, reason: str, witness: Witness, now: datetime
) -> Request:
    """Ends a restriction, or an objection that held. Raises as `confirm`, and ImportFaults for another kind."""
    person, one, steps = _at_hand(session, tenant, number, request_id, witness)
    nothing = "chỉ yêu cầu hạn chế hoặc phản đối mới có gì để thôi; chọn bước khác"
    _refuse(one, "lifted", reason, "" if one.kind in RESTRICTING else nothing)
    return _take(session, tenant, person, one, steps, "lifted", reason, witness, now, closed_on=vietnam_day(now))


def _close(
    session: Session, tenant: UUID, number: str, request_id: UUID, what: str, reason: str, witness: Witness,
    now: datetime,
) -> Request:  # fmt: skip
    person, one, steps = _at_hand(session, tenant, number, request_id, witness)
    _refuse(one, what, reason)
    return _take(session, tenant, person, one, steps, what, reason, witness, now, closed_on=vietnam_day(now))


def _at_hand(
    session: Session, tenant: UUID, number: str, request_id: UUID, witness: Witness
) -> tuple[Person, Request, list[Step]]:
    person, one, steps = _REQUESTS.at_hand(session, tenant, number, request_id, reason=None)
    if person.id in witnesses.own_workers(session, tenant, witness):
        raise NotForYou(NOT_OWN)
    return person, one, steps


def _refuse(one: Request, what: str, reason: str, against: str = "") -> None:
    """Everything that is wrong with a step: raises ImportFaults for a reason that says nothing, and for what stands
    against it (`against`); NotSo where nothing is wrong but that the request stands otherwise."""
    faults = list(words.reason_faults(0, "reason", reason))
    if against:
        faults.append(Fault(0, "step", against))
    try:
        _REQUESTS.allow(one, what)
    except NotSo as error:
        if not faults:
            raise
        faults.append(Fault(0, "step", str(error)))
    if faults:
        raise ImportFaults(faults)


def _take(
    session: Session, tenant: UUID, person: Person, one: Request, steps: Sequence[Step], what: str, reason: str,
    witness: Witness, now: datetime, **row: Any,
) -> Request:  # fmt: skip
    after = _REQUESTS.take(session, tenant, person, one, steps, what, witness, now, row=row, reason=reason)
    _act(session, tenant, person, after, what, reason, witness, now)
    return after


def _act(
    session: Session,
    tenant: UUID,
    person: Person,
    one: Request,
    what: str,
    reason: str,
    witness: Witness,
    now: datetime,
) -> None:
    detail = {"kind": one.kind, "purpose": one.purpose, "words": reason, "meet_by": one.meet_by.isoformat()}
    about: dict[str, Any] = {"subject": f"request:{one.id}", "worker": person.id, "detail": detail}
    chain.add(session, tenant, by=witness.account, act=f"request.{what.replace('_', '-')}", now=now, **about)


def _term(session: Session, tenant: UUID, one: Request) -> Term:
    """The terms that held on the day the request came: a later file changes no request that is under way."""
    return purposes.rules(session, tenant, one.received_on).terms[one.kind]


# ---------------------------------------------------------------- reading


def listing(
    session: Session,
    tenant: UUID,
    *,
    state: str | None = None,
    within: Within | None = None,
    limit: int = 100,
    after: tuple[date, UUID] | None = None,
) -> list[Request]:
    """Requests by the day they are due: in one state, of workers `within` reach; at most `limit`, beginning `after` the
    (due, id) of the one before."""
    return _REQUESTS.listing(session, tenant, state=state, within=within, limit=limit, after=after)


def waiting(
    session: Session,
    tenant: UUID,
    *,
    within: Within | None = None,
    limit: int | None = None,
    after: tuple[date, UUID] | None = None,
) -> list[Request]:
    """Those on which somebody is still to act, the most urgent first; the rest as of `listing`."""
    return _open(session, tenant, None, within, limit, after)


def overdue(
    session: Session,
    tenant: UUID,
    on: date,
    *,
    within: Within | None = None,
    limit: int | None = None,
    after: tuple[date, UUID] | None = None,
) -> list[Request]:
    """Those of which the day has passed on which somebody was to act, the longest first: of workers `within` reach; at
    most `limit`, beginning `after` the (due, id) of the one before."""
    return _open(session, tenant, on, within, limit, after)


def _open(
    session: Session, tenant: UUID, before: date | None, within: Within | None, limit: int | None,
    after: tuple[date, UUID] | None,
) -> list[Request]:  # fmt: skip
    table = DataRequest.__table__.c
    asked: list[sa.ColumnElement[bool]] = [table.state.in_(OPEN)]
    if before is not None:
        asked.append(table.due < before)
    if within is not None:
        asked.append(within.workers(session, table.worker_id))
    if after is not None:
        asked.append(sa.tuple_(table.due, table.id) > sa.tuple_(*map(sa.literal, after)))
    return [one for _, one in _REQUESTS.where(session, tenant, *asked, limit=limit)]
