"""Which Actors of Statements are which workers.

link, unlink       says that an Actor is a worker, or that it is not
forget_actor       keeps nothing of an Actor's identifier
unknown_actors     Actors whom nobody has linked
owners, links      whose Actors these are, and how sure that is
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, marks
from certification.errors import CertificationError
from certification.evidence import feed, waiting_list
from certification.marks import Cause
from certification.models import Base, Worker, WorkerIdentifier
from certification.people import identifiers, identity_events, workers
from certification.people.identifiers import Opaque
from certification.people.workers import Person
from certification.vietnam import vietnam_day
from lrs import api
from lrs.api import key_of
from lrs.db import Session, among, beside

__all__ = [
    "CONFIRMED",
    "STATED",
    "IdentifierTaken",
    "Link",
    "NotLinked",
    "UnknownActor",
    "forget_actor",
    "link",
    "link_all",
    "link_row",
    "links",
    "links_of",
    "owners",
    "unknown_actors",
    "unlink",
    "unlink_all",
]

STATED, CONFIRMED = "stated", "confirmed"
"""How sure a link is: a list says so, or a person vouches for it. What is only supposed is never a link."""


class IdentifierTaken(CertificationError):
    """The Actor is another worker already."""

    def __init__(self, ifi: str, number: str) -> None:
        self.ifi, self.number = ifi, number
        super().__init__(f"Tài khoản “{ifi}” đã thuộc người lao động “{number}”; một tài khoản chỉ của một người")


class NotLinked(CertificationError):
    """The Actor is no worker."""

    def __init__(self, ifi: str) -> None:
        super().__init__(f"Tài khoản “{ifi}” chưa gắn với người lao động nào; không có gì để gỡ")


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
class UnknownActor:
    """An Actor nobody has linked: its canonical identifier, how many Statements wait, since when (UTC)."""

    ifi: str
    statements: int
    first_seen: datetime


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
    person = workers.find(session, tenant, number)
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
    marks.mark_stale(session, tenant, concerned, cause=Cause.PERSON, by=by)
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
    if not links(session, tenant, ifis):
        raise NotLinked(ifis[0])
    return unlink_all(session, tenant, ifis, by=by, now=now, basis=basis)


def unlink_all(session: Session, tenant: UUID, ifis: Collection[str], *, by: str, now: datetime, basis: str) -> int:
    """Unlinks these canonical identifiers, as `unlink` does one, in a few SQL commands; those that are nobody's are
    passed over. Gives how many Statements wait again. The caller has let nobody else import."""
    known = links(session, tenant, ifis) if ifis else []
    if not known:
        return 0
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
    marks.mark_stale(session, tenant, {(one.person.id, year) for one in known}, cause=Cause.PERSON, by=by)
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
        _each_link(
            session,
            _links(tenant, beside(WorkerIdentifier.tenant_id)).where(WorkerIdentifier.worker_id == worker_id),
        ),
        key=lambda one: one.ifi,
    )


def _links(tenant: UUID, of: Any = WorkerIdentifier.tenant_id) -> sa.Select[*tuple[Any, ...]]:
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
        .where(of == tenant)
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


def unknown_actors(session: Session, tenant: UUID) -> list[UnknownActor]:
    """Every Actor whose Statements wait for a link, those with most Statements first. For a page of many,
    `evidence.waiting_list`."""
    found = waiting_list.page(session, tenant, limit=None)
    return [UnknownActor(one.ifi, one.statements, one.first_seen) for one in found]
