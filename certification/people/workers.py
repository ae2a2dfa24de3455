"""Workers: who they are, where they are employed on a day, and which Actors of Statements they are.

    link, unlink       says that an Actor is a worker, or that it is not
    forget_actor       keeps nothing of an Actor's identifier
    unknown_actors     Actors of Statements whom nobody has linked
    employments        who is employed where on a day
    find               one worker by the number

A worker's number is the operator's own name for a person in the whole tenant: two rows with one number are one person.
The number of a record that was merged into another one (`people.merging`) finds that other one from then on. Whole
rosters come in by `people.roster`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.errors import CertificationError
from certification.evidence import feed, waiting_list
from certification.judgement import judging
from certification.judgement.causes import Cause
from certification.models import Base, Employment, Worker, WorkerIdentifier
from certification.people import identifiers, identity_events, union_roles
from certification.people.identifiers import Opaque
from certification.vietnam import vietnam_day
from lrs import api
from lrs.api import key_of
from lrs.db import Session, among

__all__ = [
    "CONFIRMED",
    "STATED",
    "Employed",
    "IdentifierTaken",
    "Known",
    "Link",
    "NotLinked",
    "Person",
    "Record",
    "UnknownActor",
    "UnknownWorker",
    "employments",
    "everybody",
    "find",
    "forget_actor",
    "ids",
    "ids_of",
    "known_workers",
    "link",
    "link_all",
    "link_row",
    "links",
    "links_of",
    "merged_numbers",
    "owners",
    "records",
    "unknown_actors",
    "unlink",
]

Known = Callable[[Collection[UUID]], Collection[UUID]]
"""Those of some workers, by their ids, whom somebody may know of."""


def everybody(worker_ids: Collection[UUID]) -> Collection[UUID]:
    """`Known` to whoever may know of all."""
    return worker_ids


STATED, CONFIRMED = "stated", "confirmed"
"""How sure a link is: a list says so, or a person vouches for it. What is only supposed is never a link."""


class UnknownWorker(CertificationError):
    """No worker of the tenant has that number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"Không có người lao động nào mang mã “{number}”; kiểm tra mã hoặc nhập danh sách trước")


class IdentifierTaken(CertificationError):
    """The Actor is another worker already."""

    def __init__(self, ifi: str, number: str) -> None:
        super().__init__(f"Tài khoản “{ifi}” đã thuộc người lao động “{number}”; một tài khoản chỉ của một người")


class NotLinked(CertificationError):
    """The Actor is no worker."""

    def __init__(self, ifi: str) -> None:
        super().__init__(f"Tài khoản “{ifi}” chưa gắn với người lao động nào; không có gì để gỡ")


@dataclass(frozen=True, slots=True)
class Person:
    """A worker as others see one. `gender` is female, male or None. Whoever asks for a record that was merged gets the
    one who holds all, under that one's number."""

    id: UUID
    number: str
    full_name: str
    gender: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """That an Actor (canonical identifier) is a worker: how sure (`STATED`, `CONFIRMED`), on whose word (empty for a
    list's), why, and since when (UTC)."""

    ifi: str
    person: Person
    sureness: str
    linked_by: str
    basis: str
    linked: datetime

    def as_it_was(self) -> str:
        """What the history keeps of a link that goes, so that it can come back as it was."""
        was = [self.sureness, self.linked_by, self.basis, self.linked.isoformat()]
        return json.dumps(was, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept under one number: a worker, or the empty record of one who was merged into another (`merged_into`,
    that worker's id)."""

    person: Person
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class Employed:
    """An employment that holds on the day asked about."""

    worker_id: UUID
    enterprise_id: UUID
    gender: str | None
    union_cadre: bool


@dataclass(frozen=True, slots=True)
class UnknownActor:
    """An Actor nobody has linked: its canonical identifier, how many Statements wait, since when (UTC)."""

    ifi: str
    statements: int
    first_seen: datetime


# ---------------------------------------------------------------- reading


def find(session: Session, tenant: UUID, number: str) -> Person:
    """The worker with this number, or the one into whom that one was merged. Raises UnknownWorker."""
    found = known_workers(session, tenant, [number]).get(number)
    if found is None:
        raise UnknownWorker(number)
    return found


def ids(session: Session, tenant: UUID) -> list[UUID]:
    """Every worker of the tenant, employed now or not, in order of number; records that were merged are left out."""
    living = Worker.tenant_id == tenant, Worker.merged_into.is_(None)
    return list(session.scalars(sa.select(Worker.id).where(*living).order_by(Worker.number)))


def known_workers(session: Session, tenant: UUID, numbers: Collection[str]) -> dict[str, Person]:
    """The workers whom these numbers name, by the number asked for; unknown numbers are passed over.

    One SQL command, and one more for each time that somebody was merged into somebody who was merged.
    """
    found = records(session, tenant, numbers)
    heirs = {one.merged_into for one in found.values() if one.merged_into is not None}
    people: dict[UUID, Record] = {}
    while heirs:
        rows = session.execute(_records().where(Worker.tenant_id == tenant, among(session, Worker.id, heirs)))
        more = {one.person.id: one for one in _each_record(rows)}
        people |= more
        heirs = {one.merged_into for one in more.values() if one.merged_into is not None} - people.keys()
    return {number: _heir(one, people).person for number, one in found.items()}


def records(session: Session, tenant: UUID, numbers: Collection[str]) -> dict[str, Record]:
    """What is kept under each of these numbers, merged or not, in one SQL command; unknown ones are passed over."""
    possible = [number for number in numbers if "\0" not in number]  # PostgreSQL takes no NUL, and nobody has one
    query = _records().where(Worker.tenant_id == tenant, among(session, Worker.number, possible))
    return {one.person.number: one for one in _each_record(session.execute(query))}


def merged_numbers(session: Session, tenant: UUID) -> set[str]:
    """The numbers of records that were merged into others, in one SQL command; few, beside all there are."""
    was_merged = Worker.tenant_id == tenant, Worker.merged_into.is_not(None)
    return set(session.scalars(sa.select(Worker.number).where(*was_merged)))


def ids_of(session: Session, tenant: UUID, worker_id: UUID) -> list[UUID]:
    """A worker's id, then those of the records that were merged into it, over as many mergers as there were."""
    found = [worker_id]
    level = [worker_id]
    while level:
        into = Worker.tenant_id == tenant, among(session, Worker.merged_into, level)
        level = list(session.scalars(sa.select(Worker.id).where(*into).order_by(Worker.number)))
        found += level
    return found


def _records() -> sa.Select[UUID, str, str, str | None, UUID | None]:
    return sa.select(Worker.id, Worker.number, Worker.full_name, Worker.gender, Worker.merged_into)


def _each_record(rows: Iterable[Any]) -> Iterator[Record]:
    for *person, merged_into in rows:
        yield Record(Person(*person), merged_into)


def _heir(record: Record, people: Mapping[UUID, Record]) -> Record:
    while record.merged_into is not None:
        record = people[record.merged_into]
    return record


def employments(
    session: Session,
    tenant: UUID,
    on: date,
    enterprises: Collection[UUID] | None = None,
    *,
    of_workers: Collection[UUID] | None = None,
) -> list[Employed]:
    """Every employment of the tenant (by one of `enterprises`, of one of `of_workers`) that holds on the day `on` (in
    Vietnam; first and last day included).

    A worker employed by two enterprises comes twice, once in each headcount.
    """
    query = (
        sa.select(
            Employment.worker_id,
            Employment.enterprise_id,
            Worker.gender,
        )
        .join(Worker, Worker.id == Employment.worker_id)
        .where(
            Employment.tenant_id == tenant,
            Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )
    )
    if enterprises is not None:
        query = query.where(among(session, Employment.enterprise_id, enterprises))
    if of_workers is not None:
        query = query.where(among(session, Employment.worker_id, of_workers))
    cadres = union_roles.holders(session, tenant, union_roles.CADRE, on)
    return [
        Employed(worker_id, enterprise_id, gender, (worker_id, enterprise_id) in cadres)
        for worker_id, enterprise_id, gender in session.execute(query)
    ]


def unknown_actors(session: Session, tenant: UUID) -> list[UnknownActor]:
    """Every Actor whose Statements wait for a link, those with most Statements first. For a page of many,
    `evidence.waiting_list`."""
    found = waiting_list.page(session, tenant, limit=None)
    return [UnknownActor(one.ifi, one.statements, one.first_seen) for one in found]


# ---------------------------------------------------------------- linking


def link(
    session: Session,
    tenant: UUID,
    ifi: str,
    number: str,
    *,
    by: str,
    now: datetime,
    opaque: Opaque | None = None,
    basis: str = "",
) -> int:
    """Says that the Actor `ifi` (any form `identifiers.read` takes) is the worker `number`, on the word of `by`.

    With `opaque`, so is the opaque account that may stand for it. Gives how many Statements waited; they are facts now,
    and the worker is to be judged again. A link that a list stated is confirmed by this; saying the same twice changes
    nothing. Raises NoIdentifier, UnknownWorker or IdentifierTaken.
    """
    ifis = identifiers.kept_as(identifiers.read(ifi), opaque)
    bulk.import_alone(session, tenant)
    person = find(session, tenant, number)
    known = links(session, tenant, ifis)
    for one in known:
        if one.person.id != person.id:
            raise IdentifierTaken(one.ifi, one.person.number)
    new = [canonical for canonical in ifis if canonical not in {one.ifi for one in known}]
    return link_all(session, tenant, [(one, person.id, basis) for one in new], by=by, now=now) + _confirm(
        session, tenant, [one for one in known if one.sureness == STATED], by=by, basis=basis, now=now
    )


def link_all(session: Session, tenant: UUID, told: Collection[tuple[str, UUID, str]], *, by: str, now: datetime) -> int:
    """Links canonical identifiers that nobody has to workers' ids, each on some basis, confirmed by `by`, in a few SQL
    commands.

    Gives how many Statements waited for them. The caller has let nobody else import since before it looked whether they
    are free.
    """
    if not told:
        return 0
    rows = [link_row(tenant, ifi, worker_id, now, basis=basis, by=by) for ifi, worker_id, basis in told]
    bulk.insert(session, WorkerIdentifier, rows)
    events = [identity_events.New(identity_events.LINK, who, by, basis, ifi=ifi) for ifi, who, basis in told]
    identity_events.record(session, tenant, events, now=now)
    year = vietnam_day(now).year
    concerned = {(worker_id, year) for _, worker_id, _ in told}
    judging.mark_stale(session, tenant, concerned, cause=Cause.PERSON, by=by)
    return feed.release(session, tenant, *[ifi for ifi, _, _ in told])


def _confirm(
    session: Session, tenant: UUID, stated: Collection[Link], *, by: str, basis: str, now: datetime
) -> Literal[0]:
    """Puts a person's word on links that rested on a list alone."""
    if stated:
        table = Base.metadata.tables[WorkerIdentifier.__tablename__]
        session.execute(
            sa.update(table)
            .where(table.c.tenant_id == tenant, among(session, table.c.actor_key, [key_of(one.ifi) for one in stated]))
            .where(among(session, table.c.ifi, [one.ifi for one in stated]))
            .values(sureness=CONFIRMED, linked_by=by)
        )
        events = [identity_events.New(identity_events.CONFIRM, one.person.id, by, basis, ifi=one.ifi) for one in stated]
        identity_events.record(session, tenant, events, now=now)
    return 0


def unlink(
    session: Session, tenant: UUID, ifi: str, *, by: str, now: datetime, basis: str, opaque: Opaque | None = None
) -> int:
    """Says that the Actor `ifi` is not the worker it was linked to, on the word of `by`.

    Its Statements wait again, and what they gave the worker goes; gives how many there are. With `opaque`, the opaque
    account that may stand for it is unlinked as well. Raises NoIdentifier or NotLinked.
    """
    ifis = identifiers.kept_as(identifiers.read(ifi), opaque)
    bulk.import_alone(session, tenant)
    known = links(session, tenant, ifis)
    if not known:
        raise NotLinked(ifis[0])
    table = Base.metadata.tables[WorkerIdentifier.__tablename__]
    named = [one.ifi for one in known]
    session.execute(
        sa.delete(table).where(
            table.c.tenant_id == tenant,
            among(session, table.c.actor_key, [key_of(one) for one in named]),
            among(session, table.c.ifi, named),
        )
    )
    events = [
        identity_events.New(identity_events.UNLINK, one.person.id, by, basis, ifi=one.ifi, changes=one.as_it_was())
        for one in known
    ]
    identity_events.record(session, tenant, events, now=now)
    year = vietnam_day(now).year
    judging.mark_stale(session, tenant, {(one.person.id, year) for one in known}, cause=Cause.PERSON, by=by)
    return feed.reread(session, tenant, api.statements_about(session, tenant, named))


def forget_actor(session: Session, tenant: UUID, ifi: str, *, opaque: Opaque | None = None) -> tuple[bool, int]:
    """Keeps nothing of the Actor `ifi` (any form `identifiers.read` takes), who is being erased from the store as well,
    nor of the opaque account that stands for it.

    Gives whether it was linked to a worker, and how many of its Statements waited. Facts made of its Statements stay
    with the worker until facts are rebuilt. Raises NoIdentifier.
    """
    forms = identifiers.kept_as(identifiers.read(ifi), opaque)
    bulk.import_alone(session, tenant)
    table = Base.metadata.tables[WorkerIdentifier.__tablename__]
    keys = {key_of(one) for one in forms}
    is_actor = table.c.tenant_id == tenant, among(session, table.c.actor_key, keys), table.c.ifi.in_(forms)
    was_linked = session.connection().execute(sa.delete(table).where(*is_actor)).rowcount > 0
    waited = len(waiting_list.take_off(session, tenant, list(forms)))
    for one in forms:
        identity_events.forget(session, tenant, one)
    return was_linked, waited


def links(session: Session, tenant: UUID, ifis: Collection[str]) -> list[Link]:
    """How each of these Actors is linked, in one SQL command; those nobody has linked are passed over."""
    keys = {key_of(ifi) for ifi in ifis}
    found = _links(tenant).where(among(session, WorkerIdentifier.actor_key, keys))
    return [one for one in _each_link(session, found) if one.ifi in ifis]


def links_of(session: Session, tenant: UUID, worker_id: UUID) -> list[Link]:
    """Every Actor that is this worker, in order of identifier."""
    return sorted(
        _each_link(session, _links(tenant).where(WorkerIdentifier.worker_id == worker_id)), key=lambda one: one.ifi
    )


def _links(tenant: UUID) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            WorkerIdentifier.ifi,
            Worker.id,
            Worker.number,
            Worker.full_name,
            Worker.gender,
            WorkerIdentifier.sureness,
            WorkerIdentifier.linked_by,
            WorkerIdentifier.basis,
            WorkerIdentifier.linked,
        )
        .join(Worker, Worker.id == WorkerIdentifier.worker_id)
        .where(WorkerIdentifier.tenant_id == tenant)
    )


def _each_link(session: Session, query: sa.Select[*tuple[Any, ...]]) -> Iterator[Link]:
    for ifi, who, number, name, gender, *rest in session.execute(query):
        yield Link(ifi, Person(who, number, name, gender), *rest)


def owners(session: Session, tenant: UUID, ifis: Collection[str]) -> dict[str, Person]:
    """Which worker each of these Actors is, in one SQL command; those nobody has linked are passed over."""
    return {one.ifi: one.person for one in links(session, tenant, ifis)}


def link_row(
    tenant: UUID, ifi: str, worker_id: UUID, now: datetime, *, basis: str, by: str | None = None
) -> dict[str, Any]:
    """The row that says that an Actor is a worker, and how we know: confirmed by a person, or stated by a list."""
    return {
        "tenant_id": tenant,
        "actor_key": key_of(ifi),
        "ifi": ifi,
        "ifi_digest": blake2b(ifi.encode(), digest_size=32).digest(),
        "worker_id": worker_id,
        "linked": now,
        "sureness": STATED if by is None else CONFIRMED,
        "linked_by": by or "",
        "basis": basis,
    }
