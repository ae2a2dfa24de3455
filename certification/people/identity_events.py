"""The history of who is whom: every link, unlink, merger, split and undoing, by whom, when and on what basis.

Only ever added to, by `record`; `history` reads it. What a list states of thousands at once leaves no events: the link
itself says which list and when, and whatever becomes of it later is an event that tells what it was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from certification import bulk
from certification.acts import chain
from certification.errors import CertificationError
from certification.models import IdentityEvent, Worker
from lrs.api import key_of
from lrs.db import Session, new_id

__all__ = [
    "CONFIRM",
    "DIFFERENT",
    "LINK",
    "MERGE",
    "SPLIT",
    "UNDO",
    "UNLINK",
    "Event",
    "New",
    "UnknownEvent",
    "act",
    "changes_of",
    "find",
    "forget",
    "history",
    "last_place",
    "record",
    "standing_since",
]

LINK, UNLINK, CONFIRM, MERGE, SPLIT, UNDO = "link", "unlink", "confirm", "merge", "split", "undo"
DIFFERENT = "different"
"""Somebody looked at two workers who seemed to be one person, and says they are not."""


class UnknownEvent(CertificationError):
    """The tenant's history has no such event."""

    def __init__(self, event: UUID) -> None:
        super().__init__(f"Không có việc nào mang số “{event}” trong lịch sử định danh; xem lại danh sách lịch sử")


@dataclass(frozen=True, slots=True)
class New:
    """What `record` adds. `changes` is JSON that only the one who takes it back has to understand."""

    kind: str
    worker_id: UUID
    done_by: str
    basis: str
    other_id: UUID | None = None
    ifi: str | None = None
    undoes: UUID | None = None
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the history. `number` and `other` are worker numbers; `at` is UTC; `undone` whether it was taken
    back since."""

    id: UUID
    place: int
    kind: str
    worker_id: UUID
    number: str
    other_id: UUID | None
    other: str | None
    ifi: str | None
    undoes: UUID | None
    done_by: str
    basis: str
    at: datetime
    undone: bool


def act(session: Session, tenant: UUID, event: UUID, said: New, now: datetime) -> None:
    """Writes a merger, a split or an undoing into the record of acts: last in what is done."""
    detail: dict[str, Any] = {"basis": said.basis, "other": str(said.other_id), "undoes": str(said.undoes)}
    detail = {name: value for name, value in detail.items() if value != "None"}
    subject = f"identity-event:{event}"
    chain.add(
        session,
        tenant,
        by=said.done_by,
        act=f"identity.{said.kind}",
        subject=subject,
        worker=said.worker_id,
        detail=detail,
        now=now,
    )


def last_place(session: Session, tenant: UUID) -> int:
    """The place of the last event; another one after every change of who is whom. 0 before the first."""
    return session.scalar(sa.select(sa.func.max(IdentityEvent.place)).where(IdentityEvent.tenant_id == tenant)) or 0


def record(session: Session, tenant: UUID, events: Sequence[New], *, now: datetime) -> list[UUID]:
    """Adds events in the order given; their ids. The caller has let nobody else import (`bulk.import_alone`)."""
    last = last_place(session, tenant)
    ids = [new_id() for _ in events]
    rows = [
        {
            "worker_id": one.worker_id,
            "id": event,
            "tenant_id": tenant,
            "place": place,
            "kind": one.kind,
            "other_id": one.other_id,
            "actor_key": None if one.ifi is None else key_of(one.ifi),
            "ifi": one.ifi,
            "undoes": one.undoes,
            "done_by": one.done_by,
            "basis": one.basis,
            "at": now,
            "changes": one.changes,
        }
        for place, (event, one) in enumerate(zip(ids, events, strict=True), start=last + 1)
    ]
    bulk.insert(session, IdentityEvent, rows)
    return ids


def history(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> list[Event]:
    """All that was ever decided about these workers, the latest first."""
    concerned = list(worker_ids)
    query = _events(tenant).where(sa.or_(IdentityEvent.worker_id.in_(concerned), IdentityEvent.other_id.in_(concerned)))
    return [Event(*row) for row in session.execute(query.order_by(IdentityEvent.place.desc()))]


def find(session: Session, tenant: UUID, event: UUID) -> Event:
    """One event. Raises UnknownEvent."""
    row = session.execute(_events(tenant).where(IdentityEvent.id == event)).first()
    if row is None:
        raise UnknownEvent(event)
    return Event(*row)


def changes_of(session: Session, tenant: UUID, event: Event) -> str:
    """What the event said it changed, as it was recorded."""
    of_event = IdentityEvent.tenant_id == tenant, IdentityEvent.id == event.id
    return session.scalar(sa.select(IdentityEvent.changes).where(*of_event)) or ""


def standing_since(session: Session, tenant: UUID, event: Event) -> Event | None:
    """The latest merger or split after this event that concerns one of its workers and was not taken back."""
    concerned = [one for one in (event.worker_id, event.other_id) if one is not None]
    query = _events(tenant).where(
        IdentityEvent.place > event.place,
        IdentityEvent.kind.in_((MERGE, SPLIT)),
        sa.or_(IdentityEvent.worker_id.in_(concerned), IdentityEvent.other_id.in_(concerned)),
        ~_is_undone(),
    )
    row = session.execute(query.order_by(IdentityEvent.place.desc()).limit(1)).first()
    return None if row is None else Event(*row)


def forget(session: Session, tenant: UUID, ifi: str) -> None:
    """Takes an identifier out of the history: that something was done stays, with whom is no longer told."""
    table: Any = IdentityEvent.__table__
    named = table.c.tenant_id == tenant, table.c.actor_key == key_of(ifi), table.c.ifi == ifi
    session.execute(sa.update(table).where(*named).values(ifi=None, actor_key=None))


def _is_undone() -> sa.ColumnElement[bool]:
    later = aliased(IdentityEvent)
    return sa.exists().where(
        later.tenant_id == IdentityEvent.tenant_id,
        later.worker_id == IdentityEvent.worker_id,
        later.undoes == IdentityEvent.id,
    )


def _events(tenant: UUID) -> sa.Select[*tuple[Any, ...]]:
    other = aliased(Worker)
    return (
        sa.select(
            IdentityEvent.id,
            IdentityEvent.place,
            IdentityEvent.kind,
            IdentityEvent.worker_id,
            Worker.number,
            IdentityEvent.other_id,
            other.number,
            IdentityEvent.ifi,
            IdentityEvent.undoes,
            IdentityEvent.done_by,
            IdentityEvent.basis,
            IdentityEvent.at,
            _is_undone(),
        )
        .join(Worker, Worker.id == IdentityEvent.worker_id)
        .outerjoin(other, other.id == IdentityEvent.other_id)
        .where(IdentityEvent.tenant_id == tenant)
    )
