"""What each worker agreed to: one purpose, one recipient, with the proof of it; and taking it back.

    wordings   what is to be shown, before anything is agreed to
    give       each purpose named by itself, with the digest of what was shown
    withdraw   at any time, without a reason, by the same people and in one step as giving
    holds      of many workers those whose consent is in force, in one SQL command
    kept_by    those who agreed for one of many organizations, as a question
    terms      of many workers since when and until when the last one holds; whose: who ever gave one
    held_back  those who had a use of their data stopped, whatever they agreed to
    of_worker, running_out   reading

A consent is never there before somebody gave it, never for "everything", and never for a purpose that needs none. Each
step is an act on record (`acts.chain`), about the worker.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.errors import CertificationError
from certification.models import Consent, DataRequest, Organization, Worker
from certification.people import workers
from certification.privacy import purposes
from certification.privacy.purposes import Wording
from certification.rules.personal_data import PersonalDataRules
from certification.spreadsheets import Fault, ImportFaults
from certification.units import organizations
from certification.units.trees import Node, UnknownOrganization
from certification.vietnam import vietnam_day
from lrs.db import Session, among, new_id

__all__ = [
    "ERASED",
    "HOW",
    "ON_PAPER",
    "OWN_ACCOUNT",
    "REPLACED",
    "UNION_RECORD",
    "WITHDRAWN",
    "Agreed",
    "Receipt",
    "Term",
    "UnknownConsents",
    "end_all",
    "give",
    "held_back",
    "holds",
    "kept_by",
    "of_worker",
    "running_out",
    "terms",
    "whose",
    "withdraw",
    "wordings",
]

OWN_ACCOUNT, ON_PAPER = "own_account", "paper"
HOW = (OWN_ACCOUNT, ON_PAPER)
"""The worker, signed in; or an officer who has the signed paper before him or her."""

UNION_RECORD = "union-record"
"""The purpose (`rules.personal_data`) by which a worker agrees that the union keeps the record after the employment."""

WITHDRAWN, REPLACED, ERASED = "withdrawn", "replaced", "erased"


class UnknownConsents(CertificationError):
    """The worker gave no such consents: `faults` has each with its place in the list that was sent."""

    def __init__(self, unknown: Sequence[tuple[int, UUID]]) -> None:
        say = "không có sự đồng ý nào mang mã {} của người này; xem danh sách đồng ý rồi gửi lại"
        self.faults = tuple(Fault(0, f"consents/{place}", say.format(one)) for place, one in unknown)
        super().__init__("\n".join(f"{one.column}: {one.message}" for one in self.faults))


@dataclass(frozen=True, slots=True)
class Agreed:
    """One purpose that the worker agreed to by itself, and the digest of the wording that was shown for it."""

    purpose: str
    shown: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A consent with its proof. `recipient` is the organization's code. Days are days in Vietnam, instants UTC.

    `expires` is the last day on which it holds at most; `until` the first on which it holds no more, whatever ended it.
    """

    id: UUID
    number: str
    purpose: str
    recipient: str
    shown: str
    shown_digest: str
    given: datetime
    given_by: str
    given_how: str
    paper: str | None
    starts: date
    expires: date
    until: date
    ended: datetime | None
    ended_by: str | None
    ended_why: str | None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on the day."""
        return self.starts <= day < self.until


@dataclass(frozen=True, slots=True)
class Term:
    """Since when a consent holds, the last day on which it does or did, and what ended it before it ran out."""

    starts: date
    last: date
    ended_why: str | None


# ---------------------------------------------------------------- giving


def wordings(session: Session, tenant: UUID, recipient: str, on: date) -> list[Wording]:
    """What a worker may be asked to agree to for this recipient, word for word. Raises UnknownOrganization,
    NoPersonalDataRules."""
    node = organizations.node(session, tenant, recipient)
    of = purposes.rules(session, tenant, on)
    return [purposes.wording(of, one, node) for one in of.purposes.values() if node.kind in one.recipients]


def give(
    session: Session,
    tenant: UUID,
    number: str,
    recipient: str,
    agreed: Sequence[Agreed],
    *,
    how: str,
    by: str,
    now: datetime,
    paper: str | None = None,
    expires: date | None = None,
) -> list[Receipt]:
    """Keeps that the worker agreed to these purposes, each by itself, for this recipient; all of them or none.

    `paper` says where the signed paper is, `expires` the last day, where it is to be sooner than the purpose allows.
    One that is in force already is replaced. Raises UnknownWorker, NoPersonalDataRules, or ImportFaults with every
    fault: a purpose that is unknown, needs no consent, is named twice or is not for such a recipient, and words that
    are not those shown today.
    """
    bulk.import_alone(session, tenant)
    person = workers.find(session, tenant, number)
    today = vietnam_day(now)
    of = purposes.rules(session, tenant, today)
    faults = list(_manner_faults(how, paper, expires, today))
    try:
        node: Node | None = organizations.node(session, tenant, recipient)
    except UnknownOrganization as error:
        node = None
        faults.append(Fault(0, "recipient", str(error)))
    faults += _faults(of, node, agreed, expires, today)
    if faults or node is None:
        raise ImportFaults(faults)
    rows = []
    for one in agreed:
        shown = purposes.wording(of, of.purposes[one.purpose], node)
        longest = today + timedelta(days=shown.purpose.days - 1)
        last = longest if expires is None else expires
        rows.append(
            {
                "worker_id": person.id, "id": new_id(), "tenant_id": tenant, "purpose": one.purpose,
                "recipient_id": node.id, "rule_file_id": of.rule_file_id, "shown": shown.text,
                "shown_digest": shown.digest, "given": now, "given_by": by, "given_how": how, "paper": paper,
                "starts": today, "expires": last, "until": last + timedelta(days=1), "ended": None, "ended_by": None,
                "ended_why": None,
            }
        )  # fmt: skip
    named = [one.purpose for one in agreed]
    before = _in_force(session, tenant, person.id, today, Consent.recipient_id == node.id, Consent.purpose.in_(named))
    _end(session, tenant, person.id, before, REPLACED, by, now)
    bulk.insert(session, Consent, rows)
    about = [(f"consent:{row['id']}", person.id, _detail(row, node.code)) for row in rows]
    chain.add_many(session, tenant, about, by=by, act="consent.give", now=now)
    ids = {row["id"] for row in rows}
    return [one for one in of_worker(session, tenant, person.id) if one.id in ids]


def _manner_faults(how: str, paper: str | None, expires: date | None, today: date) -> Iterator[Fault]:
    if how not in HOW:
        yield Fault(0, "how", f"“{how}” không hiểu được; ghi một trong: {', '.join(HOW)}")
    if how == ON_PAPER and not (paper or "").strip():
        yield Fault(0, "paper", "ghi nơi giữ giấy có chữ ký của người lao động")
    if how == OWN_ACCOUNT and paper is not None:
        yield Fault(0, "paper", "chỉ ghi khi người lao động ký trên giấy")
    if expires is not None and expires < today:
        yield Fault(0, "expires", f"ngày {expires:%d/%m/%Y} đã qua; ghi từ hôm nay trở đi")


def _faults(
    of: PersonalDataRules, node: Node | None, agreed: Sequence[Agreed], expires: date | None, today: date
) -> Iterator[Fault]:
    if not agreed:
        yield Fault(0, "agreed", "nêu rõ từng mục đích mà người lao động đồng ý; không có đồng ý chung cho tất cả")
    seen: set[str] = set()
    for place, one in enumerate(agreed):
        where = f"agreed/{place}/purpose"
        purpose = of.purposes.get(one.purpose)
        if purpose is None:
            yield Fault(0, where, str(purposes.UnknownPurpose(one.purpose, of.purposes)))
            continue
        if one.purpose in seen:
            yield Fault(0, where, f"mục đích “{one.purpose}” đã nêu ở trên")
        seen.add(one.purpose)
        if not purpose.needs_consent:
            yield Fault(
                0, where, f"mục đích này không cần đồng ý ({purpose.ground}); bỏ ra, đừng hỏi điều không cần hỏi"
            )
            continue
        if expires is not None and expires > today + timedelta(days=purpose.days - 1):
            yield Fault(0, "expires", f"mục đích “{one.purpose}” có hiệu lực nhiều nhất {purpose.days} ngày")
        if node is None:
            continue
        if node.kind not in purpose.recipients:
            yield Fault(0, where, f"mục đích này không dành cho đơn vị loại của “{node.name}”")
        elif one.shown != purposes.wording(of, purpose, node).digest:
            message = "không phải lời đang dùng hôm nay; cho người lao động xem lại lời mới rồi gửi mã của lời đó"
            yield Fault(0, f"agreed/{place}/shown", message)


# ---------------------------------------------------------------- withdrawing


def withdraw(
    session: Session, tenant: UUID, number: str, consent_ids: Sequence[UUID], *, by: str, now: datetime
) -> list[Receipt]:
    """Takes these consents back, from today on; one that has ended already stays as it is. No reason is asked.

    Raises UnknownWorker, or UnknownConsents with every one that the worker did not give.
    """
    bulk.import_alone(session, tenant)
    person = workers.find(session, tenant, number)
    known = {one.id: one for one in of_worker(session, tenant, person.id)}
    unknown = [(place, one) for place, one in enumerate(consent_ids) if one not in known]
    if unknown:
        raise UnknownConsents(unknown)
    today = vietnam_day(now)
    going = [known[one] for one in dict.fromkeys(consent_ids) if known[one].ended is None and today < known[one].until]
    _end(session, tenant, person.id, [one.id for one in going], WITHDRAWN, by, now)
    if going:
        about = [
            (f"consent:{one.id}", person.id, {"purpose": one.purpose, "recipient": one.recipient}) for one in going
        ]
        chain.add_many(session, tenant, about, by=by, act="consent.withdraw", now=now)
    asked = set(consent_ids)
    return [one for one in of_worker(session, tenant, person.id) if one.id in asked]


def end_all(session: Session, tenant: UUID, worker_ids: Collection[UUID], *, by: str, now: datetime) -> None:
    """Ends every consent in force of somebody who is erased; that is told by the act of erasing. One SQL command."""
    today = vietnam_day(now)
    session.execute(
        sa.update(Consent)
        .where(Consent.tenant_id == tenant, among(session, Consent.worker_id, worker_ids), Consent.until > today)
        .values(until=today, ended=now, ended_by=by, ended_why=ERASED)
    )


def _end(
    session: Session, tenant: UUID, worker_id: UUID, ids: Collection[UUID], why: str, by: str, now: datetime
) -> None:
    if ids:
        session.execute(
            sa.update(Consent)
            .where(Consent.tenant_id == tenant, Consent.worker_id == worker_id, among(session, Consent.id, ids))
            .values(until=vietnam_day(now), ended=now, ended_by=by, ended_why=why)
        )


# ---------------------------------------------------------------- reading


def holds(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], purpose: str, recipient: UUID, on: date
) -> set[UUID]:
    """Of these workers those whose consent to `purpose` for the organization `recipient` is in force on the day (in
    Vietnam): from the day it was given up to the one before it ran out or was withdrawn. One SQL command.

    Whether the purpose needs consent at all, `purposes.find(...).needs_consent` says.
    """
    query = sa.select(Consent.worker_id).where(
        Consent.tenant_id == tenant,
        among(session, Consent.worker_id, worker_ids),
        Consent.purpose == purpose,
        Consent.recipient_id == recipient,
        Consent.starts <= on,
        Consent.until > on,
        Consent.worker_id.not_in(_held_back(tenant, purpose, on)),
    )
    return set(session.scalars(query))


def terms(
    session: Session, tenant: UUID, worker_ids: Collection[UUID], purpose: str, recipient: UUID, on: date
) -> dict[UUID, Term]:
    """Of these workers those who ever agreed to `purpose` for the organization `recipient` by the day `on`: the term of
    the consent that ends last. One SQL command."""
    rows = session.execute(
        sa.select(Consent.worker_id, Consent.starts, Consent.until, Consent.ended_why)
        .where(
            Consent.tenant_id == tenant,
            among(session, Consent.worker_id, worker_ids),
            Consent.purpose == purpose,
            Consent.recipient_id == recipient,
            Consent.starts <= on,
        )
        .order_by(Consent.until, Consent.given)
    )
    return {
        worker: Term(starts, until - timedelta(days=1), why if why == WITHDRAWN else None)
        for worker, starts, until, why in rows
    }


def whose(tenant: UUID, purpose: str, recipient: UUID) -> sa.Select[UUID]:
    """A question for the ids of those who ever agreed to `purpose` for this organization."""
    return sa.select(Consent.worker_id).where(
        Consent.tenant_id == tenant, Consent.recipient_id == recipient, Consent.purpose == purpose
    )


def kept_by(tenant: UUID, purpose: str, recipient: sa.ColumnElement[bool], on: date) -> sa.Select[UUID]:
    """A question for the ids of those whose consent to `purpose` is in force on the day and not held back, for an
    organization of which the condition says that it is meant."""
    return sa.select(Consent.worker_id).where(
        Consent.tenant_id == tenant,
        Consent.purpose == purpose,
        recipient,
        Consent.starts <= on,
        Consent.until > on,
        Consent.worker_id.not_in(_held_back(tenant, purpose, on)),
    )


def held_back(session: Session, tenant: UUID, worker_ids: Collection[UUID], purpose: str, on: date) -> set[UUID]:
    """Of these workers those for whom the use of data for `purpose`, or every use, was restricted or objected to with
    success, and not freed since. One SQL command. For uses that need no consent; `holds` leaves them out itself."""
    stopped = _held_back(tenant, purpose, on).where(among(session, DataRequest.worker_id, worker_ids))
    return set(session.scalars(stopped))


def _held_back(tenant: UUID, purpose: str, on: date) -> sa.Select[UUID]:
    return sa.select(DataRequest.worker_id).where(
        DataRequest.tenant_id == tenant,
        DataRequest.kind.in_(("restrict", "object")),
        DataRequest.state == "done",
        sa.or_(DataRequest.purpose.is_(None), DataRequest.purpose == purpose),
        DataRequest.closed_on <= on,
    )


def of_worker(session: Session, tenant: UUID, worker_id: UUID) -> list[Receipt]:
    """Everything the worker ever agreed to, the latest first."""
    return _receipts(session, tenant, Consent.worker_id == worker_id)


def running_out(session: Session, tenant: UUID, recipient: UUID, on: date, within_days: int) -> list[Receipt]:
    """Consents for the organization that are in force on the day and run out within so many, the soonest first."""
    last = on + timedelta(days=within_days)
    found = _receipts(session, tenant, Consent.recipient_id == recipient, Consent.until > on, Consent.expires <= last)
    return sorted(found, key=lambda one: (one.expires, one.number))


def _in_force(session: Session, tenant: UUID, worker_id: UUID, on: date, *asked: Any) -> list[UUID]:
    query = sa.select(Consent.id).where(
        Consent.tenant_id == tenant, Consent.worker_id == worker_id, Consent.until > on, *asked
    )
    return list(session.scalars(query))


def _receipts(session: Session, tenant: UUID, *asked: Any) -> list[Receipt]:
    query: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            Consent.id, Worker.number, Consent.purpose, Organization.code, Consent.shown, Consent.shown_digest,
            Consent.given, Consent.given_by, Consent.given_how, Consent.paper, Consent.starts, Consent.expires,
            Consent.until, Consent.ended, Consent.ended_by, Consent.ended_why,
        )
        .join(Worker, Worker.id == Consent.worker_id)
        .join(Organization, Organization.id == Consent.recipient_id)
        .where(Consent.tenant_id == tenant, *asked)
        .order_by(Consent.given.desc(), Consent.id.desc())
    )  # fmt: skip
    return [Receipt(*row) for row in session.execute(query)]


def _detail(row: dict[str, Any], recipient: str) -> dict[str, Any]:
    told = {name: row[name] for name in ("purpose", "shown_digest", "given_how", "paper")}
    return {**told, "recipient": recipient, "expires": row["expires"].isoformat()}
