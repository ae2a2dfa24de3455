"""Workers: who they are, where they are employed on a day, and which Actors of Statements they are.

    link               says that an Actor is a worker
    forget_actor       keeps nothing of an Actor's identifier
    unknown_actors     Actors of Statements whom nobody has linked
    employments        who is employed where on a day
    find               one worker by the number

A worker's number is the operator's own name for a person in the whole tenant: two rows with one number are one person.
Whole rosters come in by `people.roster`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.errors import CertificationError
from certification.evidence import feed
from certification.judgement import judging
from certification.models import Base, Employment, WaitingStatement, Worker, WorkerIdentifier
from certification.people import identifiers
from certification.people.identifiers import Opaque
from certification.vietnam import vietnam_day
from lrs.api import key_of
from lrs.db import Session, among

__all__ = [
    "Employed",
    "IdentifierTaken",
    "Person",
    "UnknownActor",
    "UnknownWorker",
    "employments",
    "find",
    "forget_actor",
    "ids",
    "known_workers",
    "link",
    "link_row",
    "owners",
    "unknown_actors",
]


class UnknownWorker(CertificationError):
    """No worker of the tenant has that number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"Không có người lao động nào mang mã “{number}”; kiểm tra mã hoặc nhập danh sách trước")


class IdentifierTaken(CertificationError):
    """The Actor is another worker already."""

    def __init__(self, ifi: str, number: str) -> None:
        super().__init__(f"Tài khoản “{ifi}” đã thuộc người lao động “{number}”; một tài khoản chỉ của một người")


@dataclass(frozen=True, slots=True)
class Person:
    """A worker as others see one. `gender` is female, male or None."""

    id: UUID
    number: str
    full_name: str
    gender: str | None


@dataclass(frozen=True, slots=True)
class Employed:
    """An employment that holds on the day asked about."""

    worker_id: UUID
    enterprise_id: UUID
    gender: str | None
    audience: str
    union_member: bool
    union_cadre: bool


@dataclass(frozen=True, slots=True)
class UnknownActor:
    """An Actor nobody has linked: its canonical identifier, how many Statements wait, since when (UTC)."""

    ifi: str
    statements: int
    first_seen: datetime


# ---------------------------------------------------------------- reading


def find(session: Session, tenant: UUID, number: str) -> Person:
    """The worker with this number. Raises UnknownWorker."""
    query = sa.select(Worker.id, Worker.number, Worker.full_name, Worker.gender)
    found = query.where(Worker.tenant_id == tenant, Worker.number == number)
    row = None if "\0" in number else session.execute(found).first()  # PostgreSQL takes no NUL, and nobody has one
    if row is None:
        raise UnknownWorker(number)
    return Person(*row)


def ids(session: Session, tenant: UUID) -> list[UUID]:
    """Every worker of the tenant, employed now or not, in order of number."""
    return list(session.scalars(sa.select(Worker.id).where(Worker.tenant_id == tenant).order_by(Worker.number)))


def known_workers(session: Session, tenant: UUID, numbers: Collection[str]) -> dict[str, Person]:
    """The workers who have one of these numbers, by number, in one SQL command; unknown numbers are passed over."""
    query = sa.select(Worker.id, Worker.number, Worker.full_name, Worker.gender)
    rows = session.execute(query.where(Worker.tenant_id == tenant, among(session, Worker.number, numbers)))
    return {row.number: Person(*row) for row in rows}


def employments(
    session: Session, tenant: UUID, on: date, enterprises: Collection[UUID] | None = None
) -> list[Employed]:
    """Every employment of the tenant (by one of `enterprises`) that holds on the day `on` (in Vietnam; first and last
    day included).

    A worker employed by two enterprises comes twice, once in each headcount.
    """
    query = (
        sa.select(
            Employment.worker_id,
            Employment.enterprise_id,
            Worker.gender,
            Employment.audience,
            Employment.union_member,
            Employment.union_cadre,
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
    return [Employed(*row) for row in session.execute(query)]


def unknown_actors(session: Session, tenant: UUID) -> list[UnknownActor]:
    """Every Actor whose Statements wait for a link, those with most Statements first."""
    statements = sa.func.count()
    rows = session.execute(
        sa.select(WaitingStatement.ifi, statements, sa.func.min(WaitingStatement.seen))
        .where(WaitingStatement.tenant_id == tenant)
        .group_by(WaitingStatement.actor_key, WaitingStatement.ifi)
        .order_by(statements.desc(), WaitingStatement.ifi)
    )
    return [UnknownActor(*row) for row in rows]


# ---------------------------------------------------------------- linking


def link(
    session: Session, tenant: UUID, ifi: str, number: str, *, by: str, now: datetime, opaque: Opaque | None = None
) -> int:
    """Says that the Actor `ifi` (any form `identifiers.read` takes) is the worker `number`, on the word of `by`.

    With `opaque`, so is the opaque account that may stand for it. Gives how many Statements waited; they are facts now,
    and the worker is to be judged again. Saying the same twice changes nothing. Raises NoIdentifier, UnknownWorker or
    IdentifierTaken.
    """
    ifis = identifiers.kept_as(identifiers.read(ifi), opaque)
    bulk.import_alone(session, tenant)
    person = find(session, tenant, number)
    known = owners(session, tenant, ifis)
    for canonical, owner in known.items():
        if owner.id != person.id:
            raise IdentifierTaken(canonical, owner.number)
    new = [canonical for canonical in ifis if canonical not in known]
    if not new:
        return 0
    bulk.insert(session, WorkerIdentifier, [link_row(tenant, one, person.id, now, basis=by) for one in new])
    judging.mark_stale(session, tenant, [(person.id, vietnam_day(now).year)])
    return feed.release(session, tenant, *new)


def forget_actor(session: Session, tenant: UUID, ifi: str) -> tuple[bool, int]:
    """Keeps nothing of the Actor `ifi` (any form `identifiers.read` takes), who is being erased from the store as well.

    Gives whether it was linked to a worker, and how many of its Statements waited. Facts made of its Statements stay
    with the worker until facts are rebuilt. Raises NoIdentifier.
    """
    canonical = identifiers.read(ifi)
    bulk.import_alone(session, tenant)
    removed = []
    for model in (WorkerIdentifier, WaitingStatement):
        table = Base.metadata.tables[model.__tablename__]
        is_actor = table.c.tenant_id == tenant, table.c.actor_key == key_of(canonical), table.c.ifi == canonical
        removed.append(int(session.connection().execute(sa.delete(table).where(*is_actor)).rowcount))
    return removed[0] > 0, removed[1]


def owners(session: Session, tenant: UUID, ifis: Collection[str]) -> dict[str, Person]:
    """Which worker each of these Actors is, in one SQL command; those nobody has linked are passed over."""
    keys = {key_of(ifi) for ifi in ifis}
    rows = session.execute(
        sa.select(WorkerIdentifier.ifi, Worker.id, Worker.number, Worker.full_name, Worker.gender)
        .join(Worker, Worker.id == WorkerIdentifier.worker_id)
        .where(WorkerIdentifier.tenant_id == tenant, among(session, WorkerIdentifier.actor_key, keys))
    )
    return {ifi: Person(who, number, name, gender) for ifi, who, number, name, gender in rows if ifi in ifis}


def link_row(tenant: UUID, ifi: str, worker_id: UUID, now: datetime, *, basis: str) -> dict[str, Any]:
    """The row that says that an Actor is a worker, and how we know."""
    return {
        "tenant_id": tenant,
        "actor_key": key_of(ifi),
        "ifi": ifi,
        "worker_id": worker_id,
        "linked": now,
        "basis": basis,
    }
